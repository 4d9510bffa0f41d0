import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { damaged, garbageText } from '../../../test/garbage.ts'
import type { Checksum } from '../../model/content.ts'
import type { EntryId, Rights } from '../../model/entry.ts'
import { parseMultistatus } from '../dav/multistatus.ts'
import { type BulkPart, fitsBulk, parseBulkReply, writeBulk } from './bulk.ts'
import { parseCapabilities, parseUserId, recallCapabilities } from './capabilities.ts'
import { parseChecksums } from './checksums.ts'
import { chunkName, nextChunkSize, reachOf } from './chunks.ts'
import { nameRefusal } from './forbidden-names.ts'
import { parseJson } from './json.ts'
import { parsePermissions, writePermissions } from './permissions.ts'
import { directoryStamp, entryOfResponse, isSameDirectory, parseFileId } from './properties.ts'
import { parseStatus } from './status.ts'

const ocs = (data: unknown): string => JSON.stringify({ ocs: { meta: { status: 'ok', statuscode: 100 }, data } })
const capable = (capabilities: unknown) => parseCapabilities(ocs({ capabilities }))
const REAL = ocs({
  id: 'alice',
  capabilities: {
    dav: { chunking: '1.0', bulkupload: '1.0', invalidFilenameRegex: '^x' },
    files: { bigfilechunking: true, chunked_upload: { max_size: 5_000_000 }, forbidden_filename_characters: [':'] },
    checksums: { supportedTypes: ['SHA1'], preferredUploadType: 'SHA1' },
  },
})

describe('permissions', () => {
  test('as the servers write them', () => {
    expect(parsePermissions('RGDNVW', 'file')).toBeUndefined()
    expect(parsePermissions('RDNVCK', 'directory')).toBeUndefined()
    expect(parsePermissions('SG', 'file')).toMatchObject({ write: false, remove: false, rename: false, move: false })
    expect(parsePermissions('SGDNV', 'directory')).toMatchObject({
      remove: true,
      addFiles: false,
      addDirectories: false,
    })
    expect(parsePermissions('GDNVCK', 'directory')).toBeUndefined()
    expect(writePermissions(undefined, 'file', 'RG')).toBe('RGDNVW')
    expect(writePermissions(undefined, 'directory', 'SRM')).toBe('SRMDNVCK')
  })

  test('what is written is read', () => {
    const flag = fc.boolean()
    const rights: fc.Arbitrary<Rights> = fc.record({
      write: flag,
      remove: flag,
      rename: flag,
      move: flag,
      addFiles: flag,
      addDirectories: flag,
    })
    fc.assert(
      fc.property(rights, fc.constantFrom('file' as const, 'directory' as const), (given, kind) => {
        const own = kind === 'file' ? { addFiles: true, addDirectories: true } : { write: true }
        const wanted = { ...given, ...own }
        const read = parsePermissions(writePermissions(wanted, kind), kind)
        expect(read).toEqual(Object.values(wanted).every(Boolean) ? undefined : wanted)
      }),
    )
  })
})

describe('capabilities', () => {
  test('missing ones take the usual defaults', () => {
    expect(capable({})).toEqual({
      chunking: false,
      maxChunkBytes: undefined,
      bulkUpload: false,
      bulkRead: false,
      sums: [],
      forbidden: { pattern: undefined, characters: [], names: [], basenames: [], extensions: [] },
    })
  })

  test('the preferred checksum comes first and unknown kinds are left out', () => {
    const checksums = { supportedTypes: ['sha1', 'BLAKE9', 'MD5'], preferredUploadType: 'MD5' }
    expect(capable({ checksums })?.sums).toEqual(['MD5', 'SHA1'])
  })

  test('chunking can be advertised and forbidden', () => {
    expect(capable({ dav: { chunking: '1.0' }, files: { bigfilechunking: true } })?.chunking).toBe(true)
    expect(capable({ dav: { chunking: '1.0' }, files: { bigfilechunking: false } })?.chunking).toBe(false)
    const tus = { tus_support: { version: '1.0.0' } }
    expect(capable({ dav: { chunking: '1.0' }, files: tus })?.chunking).toBe(false)
    expect(capable({ files: { chunked_upload: { max_size: '5000000' } } })?.maxChunkBytes).toBe(5_000_000)
  })

  test('whatever the JSON is, nothing but an answer or undefined comes out', () => {
    const keys =
      'ocs data capabilities dav files checksums chunking bulkupload preferredUploadType supportedTypes id installed version'
    const texts = fc.oneof(garbageText([...keys.split(' '), '/a', 'error', 'etag']), damaged(REAL))
    fc.assert(
      fc.property(texts, text => {
        const found = parseCapabilities(text)
        if (found !== undefined) expect(recallCapabilities(JSON.parse(JSON.stringify(found)))).toEqual(found)
        recallCapabilities(parseJson(text, 1e6))
        const user = parseUserId(text)
        if (user !== undefined) expect(user).not.toMatch(/^\.{0,2}$|[/\0]/)
        parseStatus(text)
        parseBulkReply(text, ['/a'])
      }),
      { numRuns: 2000 },
    )
    for (const text of ['', 'null', '<html>', '[]', '{"ocs":null}', '{"__proto__":{"ocs":{}}}']) {
      expect([parseCapabilities(text), parseUserId(text), parseStatus(text)]).toEqual([undefined, undefined, undefined])
    }
  })

  test('a user id with a slash is none', () => {
    expect(parseUserId(ocs({ id: 'alice' }))).toBe('alice')
    for (const id of ['../bob', '..', '.', '', 'a\0', 'a'.repeat(256)])
      expect(parseUserId(ocs({ id })), id).toBeUndefined()
  })
})

describe('status.php', () => {
  const said = (more: object) => parseStatus(JSON.stringify({ installed: true, version: '32.0.1.2', ...more }))

  test('tells the two products apart, under other names too', () => {
    expect(said({ productname: 'Nextcloud' })?.flavour).toBe('nextcloud')
    expect(said({ productname: 'ownCloud', version: '10.15.0.2' })?.flavour).toBe('owncloud')
    expect(said({ productname: 'My Files' })?.flavour).toBe('nextcloud')
    expect(said({ version: '10.9.1.3' })?.flavour).toBe('owncloud')
  })

  test('of a server that is not installed is none', () => {
    expect(said({ installed: false })).toBeUndefined()
    expect(said({ version: 'a joke' })).toBeUndefined()
    expect(said({ maintenance: true })?.maintenance).toBe(true)
  })
})

describe('forbidden names', () => {
  const rules = { pattern: undefined, characters: [], names: [], basenames: [], extensions: [] }

  test('each rule gives its sentence', () => {
    const refuses = nameRefusal({
      pattern: '^secret',
      characters: [':', '*'],
      names: ['.htaccess'],
      basenames: ['con'],
      extensions: ['.part', ' '],
    })
    expect(refuses('a:b')).toBe("the server does not allow ':' in names")
    expect(refuses('CON.txt')).toContain("'con.'")
    expect(refuses('trailing ')).toContain("end in ' '")
    expect(refuses('secret plan')).toContain('rules')
    expect(refuses('console')).toBeUndefined()
  })

  test.each(['(a+)+$', '(a|a)*b', '(a|aa)+$', '(a{1,9}){9}b', '(a*)\\1\\1b', 'a*a*a*a*a*b', '(', 'a'.repeat(600)])(
    'an expression that could take for ever, or is none, is not used: %s',
    pattern => expect(nameRefusal({ ...rules, pattern })(`${'a'.repeat(700)}b`)).toBeUndefined(),
  )

  test.each(['^\\.', '[:*?]', '\\.(part|filepart)$', '^con(\\..*)?$', '.*\\s+$'])('an ordinary one is: %s', pattern => {
    const refuses = nameRefusal({ ...rules, pattern })
    const names = ['.hidden', 'a:b', 'a.part', 'con', 'trailing ']
    expect(names.filter(name => refuses(name) !== undefined)).toHaveLength(1)
  })

  test('whatever the rules and the name, the answer is a sentence or none', () => {
    const texts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 })
    const some = fc.record({
      pattern: fc.string(),
      characters: texts,
      names: texts,
      basenames: texts,
      extensions: texts,
    })
    fc.assert(
      fc.property(some, fc.string({ unit: 'grapheme' }), (forbidden, name) => {
        expect(typeof nameRefusal(forbidden)(name)).toMatch(/^(string|undefined)$/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('checksums', () => {
  test('are found among others, in any spelling of the list', () => {
    const sha1 = `SHA1:${'a'.repeat(40)}`
    expect(parseChecksums(`sha1:${'A'.repeat(40)} BLAKE9:00 ADLER32:0000000f, MD5:short`)).toEqual([
      sha1,
      'ADLER32:0000000f',
    ])
    expect(parseChecksums('')).toEqual([])
  })
})

describe('entries', () => {
  const entry = (props: string, href = '/f') => {
    const text = `<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>`
    const [response] = parseMultistatus(text)
    return response && entryOfResponse(response)
  }
  const ID = '<oc:id>00000132octo</oc:id>'
  const ETAG = '<d:getetag>&quot;abc&quot;</d:getetag>'

  test('of a directory hold its etag and id in one stamp', () => {
    const stamp = directoryStamp('abc', '00000132octo' as EntryId)
    const found = entry(
      `<d:resourcetype><d:collection/></d:resourcetype>${ETAG}${ID}<oc:permissions>RDNVCK</oc:permissions>`,
    )
    expect(found).toEqual({ kind: 'directory', stamp, id: '00000132octo' })
    expect(isSameDirectory(stamp, directoryStamp('other', '00000132octo' as EntryId))).toBe(true)
    expect(isSameDirectory(stamp, directoryStamp('abc', '00000133octo' as EntryId))).toBe(false)
  })

  test('may have empty permissions, and no date', () => {
    const found = entry(`<d:resourcetype/>${ETAG}${ID}<oc:permissions/><d:getcontentlength>0</d:getcontentlength>`)
    expect(found).toMatchObject({ kind: 'file', size: 0, mtimeNs: undefined, rights: { write: false } })
  })

  test.each(['-1', '1e3', '', '99999999999999999999'])('with the length %s are not readable', length => {
    const found = entry(`${ETAG}${ID}<oc:permissions/><d:getcontentlength>${length}</d:getcontentlength>`)
    expect(found).toEqual({ kind: 'blocked', why: 'unreadable' })
  })

  test('ids are short and printable', () => {
    expect(parseFileId(' 00000132octo ')).toBe('00000132octo')
    for (const text of ['', 'a b', 'x'.repeat(300), 'a\u0000']) expect(parseFileId(text)).toBeUndefined()
  })
})

describe('chunks', () => {
  test('reach as far as there is no gap, whatever else lies there', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), fc.nat(), (sizes, pick) => {
        const total = sizes.reduce((sum, size) => sum + size, 0)
        let at = 0
        const chunks = sizes.map(size => {
          at += size
          return { name: chunkName(at - size), size }
        })
        expect(reachOf(chunks.toReversed(), total)).toEqual({ reach: total, misfits: [] })
        const lost = pick % chunks.length
        const { reach, misfits } = reachOf(chunks.toSpliced(lost, 1), total)
        expect(reach).toBe(Number(chunks[lost]?.name))
        expect(misfits).toHaveLength(chunks.length - lost - 1)
      }),
    )
    expect(reachOf([{ name: chunkName(0), size: 10 }], 5)).toEqual({ reach: 0, misfits: [chunkName(0)] })
  })

  test('grow while the line is fast and never beyond what the server wants', () => {
    expect(nextChunkSize(10_000_000, 100, 100_000_000)).toBe(100_000_000)
    expect(nextChunkSize(10_000_000, 200_000, 100_000_000)).toBe(5_500_000)
    expect(nextChunkSize(10_000_000, 0, 2_000_000)).toBe(2_000_000)
  })
})

describe('the bulk upload', () => {
  const part = (path: string, text: string): BulkPart => ({
    path,
    bytes: Buffer.from(text),
    sum: 'SHA1:00' as Checksum,
    md5: 'ff',
    mtime: 7,
  })

  test('parts follow each other with their lengths, bytes untouched', () => {
    const text = Buffer.from(writeBulk([part('/a', '1\r\n--b'), part('/ü', '')], 'b')).toString()
    expect(text).toContain('--b\r\nContent-Length: 6\r\n')
    expect(text).toContain('X-File-Path: /ü\r\n\r\n\r\n--b--\r\n')
    expect(text).toContain('X-File-Mtime: 7\r\n')
  })

  test('the reply is read by path; what is not in it is not known', () => {
    const reply =
      '{"\\/a":{"error":false,"etag":"e1","fileid":"1x"},"\\/b":{"error":true,"message":"no"},"\\/c":{"error":false}}'
    const results = parseBulkReply(reply, ['/a', '/b', '/c', '/d'])
    expect(results?.get('/a')).toMatchObject({ as: 'written', etag: 'e1', id: '1x' })
    expect(results?.get('/b')).toEqual({ as: 'failed', message: 'no' })
    expect([results?.has('/c'), results?.has('/d')]).toEqual([false, false])
  })

  test('a name that could break a header does not go into one', () => {
    expect([fitsBulk('/a b'), fitsBulk('/a\r\nX: y'), fitsBulk('/a ')]).toEqual([true, false, false])
  })
})
