//! zlib at level 6, as Agora's own libraries use it.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};

thread_local! {
    /// Setting up a compressor costs more than compressing a token with it, so each thread keeps one.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), true));
}

/// Packs any content.
pub(super) fn deflate(content: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        // Room for a stream of stored blocks, the longest that deflate makes of anything.
        let mut packed = Vec::with_capacity(content.len() + content.len() / 1000 + 64);
        let status = compressor.compress_vec(content, &mut packed, FlushCompress::Finish);
        assert_eq!(
            status.ok(),
            Some(Status::StreamEnd),
            "a whole input with room for the output ends the stream"
        );
        packed
    })
}
