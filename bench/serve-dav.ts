// Serves a hosted space by WebDAV until it is ended: `serve-dav.ts DIRECTORY PORT`.
import { startDav } from '../test/host/dav-server.ts'

const [directory = '', port = '0'] = process.argv.slice(2)
const server = await startDav({ directory, port: Number(port) })
process.once('SIGTERM', () => void server.stop().then(() => process.exit()))
