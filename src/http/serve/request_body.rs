//! Request bodies on their way from hyper to a handler.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use super::clocks::Progress;
use super::phase::Phase;
use crate::http::body::Evicted;

/// A request body that tells its connection's [`Progress`] when the handler waits for it, and that fails when the
/// connection is evicted meanwhile.
struct RequestBody {
    incoming: Incoming,
    progress: Arc<Progress>,
}

/// The body of a request. Costs no allocation when there is none.
pub(super) fn body(incoming: Incoming, progress: &Arc<Progress>) -> Body {
    if incoming.is_end_stream() {
        return Body::empty();
    }
    Body::new(RequestBody {
        incoming,
        progress: Arc::clone(progress),
    })
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match Pin::new(&mut self.incoming).poll_frame(context) {
            Poll::Pending if self.progress.too_long() == Some(Phase::Body) => {
                self.progress.time_out();
                Poll::Ready(Some(Err(Evicted.into())))
            }
            Poll::Pending => {
                self.progress.waits_for_body();
                Poll::Pending
            }
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The handler has the whole body, or does without it.
impl Drop for RequestBody {
    fn drop(&mut self) {
        self.progress.stops_waiting_for_body();
    }
}
