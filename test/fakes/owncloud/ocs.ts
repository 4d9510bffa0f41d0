// status.php and the few OCS calls that sync clients make.
import type { Call, Reply } from './message.ts'
import { escapeXml } from './message.ts'

export interface Product {
  readonly flavour: 'owncloud' | 'nextcloud'
  readonly bulk: boolean
  readonly maxChunkSize: number | undefined
  readonly capabilities: Readonly<Record<string, unknown>>
}

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }

export function statusJson(product: Product, maintenance: boolean): Record<string, unknown> {
  const version = product.flavour === 'nextcloud' ? '32.0.1.2' : '10.15.0.2'
  return {
    installed: true,
    maintenance,
    needsDbUpgrade: false,
    version,
    versionstring: version.split('.').slice(0, 3).join('.'),
    edition: product.flavour === 'nextcloud' ? '' : 'Community',
    productname: product.flavour === 'nextcloud' ? 'Nextcloud' : 'ownCloud',
    ...(product.flavour === 'nextcloud' ? { extendedSupport: false } : { product: 'ownCloud' }),
  }
}

export function statusReply(product: Product, maintenance: boolean): Reply {
  const headers = { ...JSON_TYPE, 'Access-Control-Allow-Origin': '*' }
  return { status: 200, headers, body: JSON.stringify(statusJson(product, maintenance)) }
}

/** An OCS reply in the form and version that the call asked for. */
export function ocsReply(call: Call, status: number, code: number, data: unknown): Reply {
  const ok = code === 100
  const v2 = call.path.startsWith('/ocs/v2.php')
  const statuscode = ok && v2 ? 200 : code
  const meta = { status: ok ? 'ok' : 'failure', statuscode, message: ok ? 'OK' : 'failure' }
  const ocs = { ocs: { meta, data } }
  if (call.query.get('format') === 'json') return { status, headers: JSON_TYPE, body: JSON.stringify(ocs) }
  const body = `<?xml version="1.0"?>\n${xmlOf('ocs', ocs.ocs)}`
  return { status, headers: { 'Content-Type': 'application/xml; charset=utf-8' }, body }
}

/** Answers an OCS call of a user who is logged in. */
export function answerOcs(call: Call, user: string, product: Product): Reply {
  if (call.headers['ocs-apirequest']?.toLowerCase() !== 'true')
    return { status: 412, headers: JSON_TYPE, body: '{"message":"CSRF check failed"}' }
  const route = call.path.replace(/^\/ocs\/v[12]\.php/, '')
  if (route === '/cloud/capabilities') return ocsReply(call, 200, 100, capabilitiesData(product))
  if (route === '/cloud/user' || route === `/cloud/users/${user}`) {
    const data = { id: user, 'display-name': `The user ${user}`, displayname: `The user ${user}`, email: null }
    return ocsReply(call, 200, 100, data)
  }
  return ocsReply(call, call.path.startsWith('/ocs/v2') ? 404 : 200, 404, [])
}

export function maintenanceOcs(call: Call): Reply {
  const reply = ocsReply(call, 503, 503, [])
  return { ...reply, headers: { ...reply.headers, 'X-Nextcloud-Maintenance-Mode': '1' } }
}

/** The capabilities of this flavour, with those that the test gave merged in. */
export function capabilitiesOf(product: Product): Record<string, unknown> {
  return merge(product.flavour === 'nextcloud' ? nextcloud(product) : owncloud(product), product.capabilities)
}

function capabilitiesData(product: Product): unknown {
  const version = product.flavour === 'nextcloud' ? [32, 0, 1] : [10, 15, 0]
  const [major, minor, micro] = version
  return {
    version: { major, minor, micro, string: version.join('.'), edition: '' },
    capabilities: capabilitiesOf(product),
  }
}

function nextcloud(product: Product): Record<string, unknown> {
  const { maxChunkSize } = product
  return {
    core: { pollinterval: 60, 'webdav-root': 'remote.php/webdav' },
    dav: { chunking: '1.0', ...(product.bulk ? { bulkupload: '1.0' } : {}) },
    files: {
      bigfilechunking: true,
      ...(maxChunkSize === undefined ? {} : { chunked_upload: { max_size: maxChunkSize, max_parallel_count: 5 } }),
      blacklisted_files: ['.htaccess'],
      forbidden_filenames: ['.htaccess'],
      forbidden_filename_basenames: [],
      forbidden_filename_characters: ['\\', '/'],
      forbidden_filename_extensions: ['.filepart', '.part'],
      undelete: true,
      versioning: true,
    },
  }
}

function owncloud(product: Product): Record<string, unknown> {
  return {
    core: { pollinterval: 30000, 'webdav-root': 'remote.php/webdav', status: statusJson(product, false) },
    checksums: { supportedTypes: ['SHA1'], preferredUploadType: 'SHA1' },
    dav: { chunking: '1.0', trashbin: '1.0', invalidFilenameRegex: '\\.(part|filepart)$' },
    files: {
      bigfilechunking: true,
      ...(product.maxChunkSize === undefined ? {} : { chunked_upload: { max_size: product.maxChunkSize } }),
      blacklisted_files: ['.htaccess'],
      undelete: true,
      versioning: true,
    },
  }
}

function merge(a: Record<string, unknown>, b: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const old = merged[key]
    merged[key] = isRecord(old) && isRecord(value) ? merge(old, value) : value
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function xmlOf(name: string, value: unknown): string {
  if (Array.isArray(value)) return `<${name}>${value.map(item => xmlOf('element', item)).join('')}</${name}>`
  if (!isRecord(value)) return `<${name}>${escapeXml(String(value ?? ''))}</${name}>`
  const inner = Object.entries(value).map(([key, child]) => xmlOf(key, child))
  return `<${name}>${inner.join('')}</${name}>`
}
