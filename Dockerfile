# Debian and not Alpine: sqlite-vec, the vector search, is built for glibc only. For several
# platforms: docker buildx build --platform linux/amd64,linux/arm64 .

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No dependency needs to run anything to be installed.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# JavaScript is the same everywhere: this stage runs on the machine that builds.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="nextcloud-mcp-server" \
      org.opencontainers.image.description="MCP server for Nextcloud: AI assistants work in a person's Nextcloud, always as that user." \
      org.opencontainers.image.licenses="AGPL-3.0-or-later" \
      org.opencontainers.image.documentation="docs/install.md" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
# What installs programs has no business where one runs.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && install --directory --owner=1000 --group=1000 --mode=700 /data
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY deploy/docker/healthy.mjs deploy/docker/healthy.mjs
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist

# All that is ever written is below /data, so the root may be read-only.
ENV NODE_ENV=production \
    NODE_DISABLE_COMPILE_CACHE=1 \
    XDG_DATA_HOME=/data \
    XDG_CACHE_HOME=/data/cache \
    MCP_HOST=0.0.0.0 \
    METRICS_HOST=0.0.0.0 \
    MCP_PORT=8000
VOLUME /data
EXPOSE 8000
# By number: Kubernetes can tell from it that this is not root.
USER 1000:1000

# No init: the program starts no processes, and handles its signals itself. Running calls may
# take 30 s to finish, so give it `--stop-timeout 35`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "deploy/docker/healthy.mjs"]
ENTRYPOINT ["node", "/app/bin/nextcloud-mcp-server.mjs"]
CMD ["run"]
