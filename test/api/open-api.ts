// The API over the fake service, for tests that ask it without a socket.
import type { InjectOptions, LightMyRequestResponse as Response } from 'fastify'
import { type ApiOptions, type ApiServer, apiServer } from '../../src/api/server.ts'
import { type FakeLogins, fakeBrowsers, fakeLogins } from './fake-logins.ts'
import { fakeOwn } from './fake-own.ts'
import { type FakeService, fakeService } from './fake-service.ts'

export const TOKEN = 'the-token-of-this-test'

export interface OpenedApi extends AsyncDisposable {
  readonly api: ApiServer
  readonly service: FakeService
  readonly logins: FakeLogins
  /** What was logged. */
  readonly logged: string[]
  /** With the token; `headers` may replace what is sent by default. */
  ask(method: string, url: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Without any proof of who asks. */
  askBare(method: string, url: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

export async function openApi(options: Partial<ApiOptions> = {}): Promise<OpenedApi> {
  const service = fakeService({ now: () => 1_790_000_000_000 })
  const logins = fakeLogins([
    { name: 'ada', isAdmin: true },
    { name: 'bob', isAdmin: false },
  ])
  const logged: string[] = []
  const api = await apiServer({
    service,
    own: fakeOwn(),
    auth: { token: TOKEN, accounts: logins, browsers: fakeBrowsers() },
    version: '0.0.0',
    log: (level, message, fields) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
    ...options,
  })
  const askBare: OpenedApi['askBare'] = (method, url, body, headers = {}) =>
    api.app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { host: 'localhost:8440', ...headers },
      ...(body === undefined ? {} : { payload: body as NonNullable<InjectOptions['payload']> }),
    })
  return {
    ...{ api, service, logins, logged, askBare },
    ask: (method, url, body, headers) => askBare(method, url, body, { authorization: `Bearer ${TOKEN}`, ...headers }),
    [Symbol.asyncDispose]: () => api.close(),
  }
}
