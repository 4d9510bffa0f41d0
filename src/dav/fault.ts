// Why a request is refused, as a status, what RFC 4918 and sabre/dav call it, and a sentence for people.

export interface FaultOptions {
  /** The condition that failed (RFC 4918, 16), as XML inside of `d:error`: `<d:lock-token-submitted>…`. */
  readonly condition?: string
  readonly headers?: Readonly<Record<string, string>>
  /** How sabre/dav and ownCloud name it, where it is not what the status stands for: `Sabre\DAV\Exception\Forbidden`. */
  readonly exception?: string
  readonly cause?: unknown
}

/** Thrown by whatever answers a request; the handler turns it into the answer. `message` is shown to users and tells no secrets. */
export class DavFault extends Error {
  override readonly name = 'DavFault'
  readonly status: number
  readonly exception: string
  readonly condition: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = status
    this.exception = options.exception ?? `Sabre\\DAV\\Exception\\${EXCEPTIONS[status] ?? 'ServiceUnavailable'}`
    this.condition = options.condition ?? ''
    this.headers = options.headers ?? {}
  }
}

/** Names by which clients of ownCloud know a status. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'NotAuthenticated',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  411: 'LengthRequired',
  412: 'PreconditionFailed',
  413: 'EntityTooLarge',
  414: 'BadRequest',
  415: 'UnsupportedMediaType',
  416: 'RequestedRangeNotSatisfiable',
  423: 'Locked',
  424: 'FailedDependency',
  431: 'BadRequest',
  500: 'InternalServerError',
  501: 'NotImplemented',
  502: 'BadGateway',
  507: 'InsufficientStorage',
}
