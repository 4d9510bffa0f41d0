// Answers of the OCS interface: one envelope of what became of the request and its data, as JSON or as XML.
import { escapeXml, fitsXml } from '../dav/xml.ts'

export type OcsValue =
  | string
  | number
  | boolean
  | null
  | readonly OcsValue[]
  | { readonly [key: string]: OcsValue | undefined }

/** The two generations of the interface: the first has its own number for success, the second that of HTTP. */
export type OcsVersion = 'v1' | 'v2'

export interface OcsAnswer {
  readonly version: OcsVersion
  readonly format: 'json' | 'xml'
  /** As HTTP counts; 200 is success. */
  readonly status: number
  readonly message: string
  readonly data: OcsValue
}

/** The whole body. */
export function writeOcs(answer: OcsAnswer): string {
  const ok = answer.status < 300
  const meta = {
    status: ok ? 'ok' : 'failure',
    statuscode: codeOf(answer),
    message: answer.message,
  }
  if (answer.format === 'json') return JSON.stringify({ ocs: { meta, data: answer.data } })
  return `<?xml version="1.0"?>\n<ocs>${element('meta', meta)}${element('data', answer.data)}</ocs>\n`
}

function codeOf({ version, status }: OcsAnswer): number {
  if (status === 401) return 997
  if (status < 300) return version === 'v1' ? 100 : status
  return status
}

function element(name: string, value: OcsValue | undefined): string {
  if (value === undefined) return ''
  const inside = contentOf(value)
  return inside === '' ? `<${name}/>` : `<${name}>${inside}</${name}>`
}

function contentOf(value: OcsValue): string {
  if (value === null || value === false) return ''
  if (value === true) return '1'
  if (isList(value)) return value.map(item => element('element', item)).join('')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, item]) => element(name, item))
      .join('')
  const text = String(value)
  return escapeXml(fitsXml(text) ? text : text.replace(/[^\t\n\r -~]/g, '\uFFFD'))
}

const isList = (value: OcsValue): value is readonly OcsValue[] => Array.isArray(value)
