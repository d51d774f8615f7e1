# SPDX-License-Identifier: MIT
# One binary on Debian slim. The build stage runs the unit tests, so an image that exists has passed them.
# How to build and run it, also without a Docker engine: docs/docker.md.
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY tools/install-packages tools/packages.txt tools/
COPY tools/lib tools/lib
RUN tools/install-packages build
COPY . .
RUN cmake --preset release -DHEARSAY_TESTS=ON \
 && cmake --build build --parallel "$(nproc)" \
 && ctest --test-dir build --parallel "$(nproc)" --output-on-failure --label-exclude processes \
 && strip -o /hearsay build/hearsay

FROM debian:bookworm-slim
COPY tools/install-packages tools/packages.txt /tmp/install/tools/
COPY tools/lib /tmp/install/tools/lib
RUN /tmp/install/tools/install-packages run \
 && rm -rf /tmp/* /var/lib/apt/lists/* /var/cache/apt/* \
 && groupadd --system --gid 10001 hearsay \
 && useradd --system --uid 10001 --gid hearsay --home-dir /var/lib/hearsay --shell /usr/sbin/nologin hearsay \
 && install -d -o hearsay -g hearsay -m 0700 /var/lib/hearsay
COPY --from=build /hearsay /usr/local/bin/hearsay
USER hearsay
ENV HEARSAY_DATA_DIR=/var/lib/hearsay
VOLUME /var/lib/hearsay
EXPOSE 7075/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["hearsay", "health"]
ENTRYPOINT ["hearsay"]
CMD ["run"]
