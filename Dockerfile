# docker build -t agora-token-server .
# docker run --rm --env-file .env -p 8080:8080 agora-token-server
#
# Configuration comes from the environment when a container starts. Never add an
# ARG or ENV for the certificate: both stay readable in the image's history.

# The compiler is the one that rust-toolchain names.
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /build

# Dependencies get a layer of their own, built with an empty crate: a change
# under src/ then compiles only this project. The manifest names a bench, whose
# file has to exist. No `RUN --mount`: Cloud Run's build and Heroku's container
# stack have no BuildKit and refuse it.
COPY Cargo.toml Cargo.lock ./
RUN mkdir benches src \
    && touch benches/mint.rs src/lib.rs \
    && echo 'fn main() {}' > src/main.rs \
    && cargo build --release --locked \
    && cargo clean --release --locked --package agora-token-server

COPY clients/web clients/web
COPY src src
RUN cargo build --release --locked \
    && cp "$(gcc -print-file-name=libgcc_s.so.1)" .

# glibc, which resolves names, and CA certificates: no shell, no package manager, and not the OpenSSL and the C++ library
# of distroless/cc, 9 MB that nothing here calls. Of its libraries only GCC's is wanted.
FROM gcr.io/distroless/base-nossl-debian12:nonroot
LABEL org.opencontainers.image.title="agora-token-server" \
      org.opencontainers.image.description="The token server for Agora real-time voice, video and messaging clients" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/libgcc_s.so.1 /usr/lib/libgcc_s.so.1
COPY --from=build /build/target/release/agora-token-server /agora-token-server

# A number, so that Kubernetes can check `runAsNonRoot`.
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
    CMD ["/agora-token-server", "healthcheck"]
ENTRYPOINT ["/agora-token-server"]
CMD ["serve"]
