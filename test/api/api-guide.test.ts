// The guide to the API and the browser interface tell of the routes that there are. SYNCLINE_WRITE_GUIDE=1 writes both anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BEGIN, END, routeTables } from './api-guide.ts'
import { webRoutes } from './web-routes.ts'

const GUIDE = fileURLToPath(new URL('../../docs/guide/api.md', import.meta.url))
const WEB = fileURLToPath(new URL('../../web/src/api/routes.ts', import.meta.url))

test('the guide names every route with what it takes', async () => {
  const told = `${BEGIN}\n\n${await routeTables()}\n${END}`
  const text = readFileSync(GUIDE, 'utf8')
  const [before = '', rest = ''] = text.split(BEGIN)
  const after = rest.split(END)[1] ?? ''
  if (process.env['SYNCLINE_WRITE_GUIDE'] === '1') writeFileSync(GUIDE, before + told + after)
  else expect(text).toBe(before + told + after)
})

test('the browser interface knows every route with what it takes and answers', async () => {
  const told = await webRoutes()
  if (process.env['SYNCLINE_WRITE_GUIDE'] === '1') writeFileSync(WEB, told)
  else expect(readFileSync(WEB, 'utf8')).toBe(told)
})
