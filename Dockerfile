# The server with its embedded PostgreSQL: glibc (there are no musl binaries), not root, one directory of data.
FROM node:20-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN npm run build \
 && npx --yes "$(node -p 'require("./package.json").packageManager')" --filter @epr/server --prod --legacy deploy /app

FROM node:20-bookworm-slim
ENV NODE_ENV=production EPR_HOST=0.0.0.0 XDG_DATA_HOME=/var/lib
COPY --from=build /app /app
RUN mkdir -p /var/lib/epr && chown node:node /var/lib/epr
USER node
VOLUME /var/lib/epr
EXPOSE 8042
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8042/healthz/readiness').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/bin/epr-server.mjs"]
