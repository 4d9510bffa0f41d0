// The head of the OpenAPI description; the routes add the rest.
import { SESSION_COOKIE } from './auth.ts'
import { OWN_COOKIE } from './own-auth.ts'

export function openapiOf(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Syncline',
      version,
      description: 'What the command line and the browser interface do goes through this.',
      license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
    },
    components: {
      securitySchemes: {
        token: { type: 'http' as const, scheme: 'bearer' },
        session: { type: 'apiKey' as const, in: 'cookie' as const, name: SESSION_COOKIE },
        own: { type: 'apiKey' as const, in: 'cookie' as const, name: OWN_COOKIE },
      },
    },
    security: [{ token: [] }, { session: [] }],
  }
}
