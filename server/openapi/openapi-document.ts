import type { App } from '../http/app-environment.ts'

export type OpenApiDocument = ReturnType<App['getOpenAPI31Document']>

/** The description of the API, made of the same schemas that check its requests. */
export function openApiDocument(app: App, options: { readonly version: string }): OpenApiDocument {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: options.version,
      description:
        'The API of a Holdfast box. Lists are paged by cursor, times are RFC 3339 in UTC, sizes are bytes, ids are opaque strings with a prefix. ' +
        'Errors are problem details (RFC 9457) with a code; each code has a page under /docs/errors.',
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
  })
}

/** Called once, while the app is put together. */
export function registerSecuritySchemes(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token (`holdfast token create`), with scopes and an expiry.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'holdfast_session_<box id>',
    description: 'The cookie that signing in sets.',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'device', {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of one computer, given to its agent when it connects.',
  })
}
