// All benchmarks by name.
import type { Benchmark } from './benchmark.ts'
import { copyDirectory } from './copy-directory.ts'
import { hostClients } from './host-clients.ts'
import { hostHttp } from './host-http.ts'
import { meshEdit, meshLarge, meshLatency, meshSmall } from './mesh.ts'
import { million } from './million.ts'
import { noChangeDirectory, noChangeServer } from './no-change.ts'
import { scanLarge } from './scan-large.ts'
import { scanSmall } from './scan-small.ts'
import { transferLarge, transferSmall } from './transfer.ts'

export const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'scan-large': scanLarge,
  'scan-small': scanSmall,
  'no-change-directory': noChangeDirectory,
  'no-change-server': noChangeServer,
  'transfer-small-apache': setting => transferSmall('Apache mod_dav', setting),
  'transfer-small-rclone': setting => transferSmall('rclone serve webdav', setting),
  'transfer-large-apache': setting => transferLarge('Apache mod_dav', setting),
  'transfer-large-rclone': setting => transferLarge('rclone serve webdav', setting),
  'copy-directory': copyDirectory,
  'host-http': hostHttp,
  'host-clients': hostClients,
  'mesh-large': meshLarge,
  'mesh-small': meshSmall,
  'mesh-edit': meshEdit,
  'mesh-latency': meshLatency,
  million,
}
