// Who may import whom: the one table that says it, from the lowest room to the highest.

export interface Room {
  /** The folder below src/. A file belongs to the longest name that fits. */
  readonly name: string
  /** Rooms (folders, with all below) or single files below src/ that it may import, besides itself. */
  readonly rooms: readonly string[]
  /** Modules of Node, without `node:`. */
  readonly node: readonly string[] | 'any'
  readonly packages: readonly string[]
}

// Line 0: nouns, and what the program asks of the machine. `platform` is here without `platform/node`, which is a room of its own.
const GROUND = ['model', 'platform/tree.ts', 'platform/roll.ts', 'platform/world.ts']
const SQLITE = ['platform/node/sqlite.ts', 'platform/node/migrate.ts']
/** How devices are named, and what they tell of themselves. */
const MESH_WORDS = [
  ...['bep/identity.ts', 'bep/address.ts', 'bep/bucket.ts', 'bep/unreached.ts'],
  ...['wire/bep/device-key.ts', 'wire/bep/messages.ts'],
]
const REMOTE = [
  ...GROUND,
  'replica',
  'wire',
  'remotes/http',
  'scan/mark.ts',
  'revisions/revisions.ts',
  'index/content-id.ts',
]

export const ROOMS: readonly Room[] = [
  { name: 'model', rooms: [], node: [], packages: [] },
  { name: 'platform', rooms: ['model'], node: [], packages: [] },
  // esbuild: only where it runs from source, to bring a worker into its thread.
  { name: 'platform/node', rooms: GROUND, node: 'any', packages: ['esbuild', '@photostructure/sqlite'] },

  // Line 1: siblings that do not know each other.
  { name: 'plan', rooms: ['model'], node: [], packages: [] },
  { name: 'wire', rooms: ['model'], node: [], packages: ['saxes'] },
  { name: 'replica', rooms: GROUND, node: [], packages: [] },
  {
    name: 'index',
    rooms: [...GROUND, ...SQLITE],
    node: ['crypto', 'fs', 'os', 'path'],
    packages: [],
  },
  { name: 'revisions', rooms: [...GROUND, ...SQLITE], node: ['crypto'], packages: [] },
  // Runs the `git` that is installed.
  { name: 'revisions/git', rooms: GROUND, node: ['child_process', 'fs', 'path'], packages: [] },

  // Line 2
  {
    name: 'scan',
    rooms: [...GROUND, 'index'],
    // All but `crypto` only to watch, see `rules.ts`.
    node: ['crypto', 'fs', 'path', 'timers'],
    packages: [],
  },

  // What is served: the interfaces know no driver, and no driver knows another.
  { name: 'store', rooms: GROUND, node: ['crypto'], packages: [] },
  {
    name: 'store/sqlite',
    rooms: [
      ...GROUND,
      ...['store/space.ts', 'store/blobs.ts', 'store/refuse.ts', 'store/free-name.ts'],
      ...['platform/node/durable-file.ts', ...SQLITE],
    ],
    node: [],
    packages: [],
  },
  {
    name: 'store/disk',
    rooms: [
      ...[...GROUND, 'store/blobs.ts', 'index/content-id.ts'],
      ...['platform/node/durable-file.ts', 'platform/node/pack-file.ts', 'platform/node/sum-file.ts', ...SQLITE],
    ],
    node: ['crypto'],
    packages: [],
  },
  {
    name: 'accounts',
    rooms: [...GROUND, 'store/space.ts', ...SQLITE],
    node: ['crypto', 'fs', 'net'],
    packages: [],
  },

  // Connections to devices: knows nothing of folders and plans.
  {
    name: 'bep',
    rooms: [...GROUND, 'wire', 'platform/node/start-worker.ts'],
    node: ['crypto', 'dgram', 'events', 'fs', 'http', 'https', 'net', 'os', 'path', 'stream', 'tls', 'worker_threads'],
    packages: ['@achingbrain/nat-port-mapper', '@peculiar/x509', 'reflect-metadata', 'lz4-napi'],
  },

  // Line 3: one remote never knows another; what two of them need lives in remotes/http or wire/.
  {
    name: 'remotes/http',
    rooms: [...GROUND, 'replica', 'wire'],
    node: ['crypto', 'events', 'http', 'https', 'net', 'stream', 'tls', 'zlib'],
    packages: ['ws'],
  },
  { name: 'remotes/memory', rooms: REMOTE, node: ['crypto'], packages: [] },
  { name: 'remotes/directory', rooms: [...REMOTE, 'platform/node/sum-file.ts'], node: ['crypto'], packages: [] },
  { name: 'remotes/webdav', rooms: REMOTE, node: ['crypto'], packages: [] },
  { name: 'remotes/owncloud', rooms: REMOTE, node: ['crypto'], packages: [] },

  // Which version wins is decided where everything is decided.
  { name: 'remotes/mesh', rooms: [...REMOTE, 'index', 'plan/global.ts'], node: ['crypto', 'events'], packages: [] },

  // Line 4: sees every remote as a Replica, and the machine through platform/.
  {
    name: 'sync',
    rooms: [
      ...[...GROUND, 'plan', 'replica', 'index', 'revisions', 'scan'],
      ...['store/space.ts', 'store/refuse.ts', 'store/free-name.ts', 'platform/node/sum-file.ts'],
    ],
    node: ['crypto'],
    packages: [],
  },
  // What people read of it all.
  { name: 'words', rooms: [...GROUND, 'plan', 'index', 'scan', 'sync'], node: [], packages: [] },
  // Serves any Space.
  {
    name: 'dav',
    rooms: [...GROUND, 'store/space.ts', 'wire', ...SQLITE],
    node: ['crypto', 'events', 'http', 'stream'],
    packages: [],
  },

  // Line 5
  {
    name: 'owncloud',
    rooms: [...GROUND, 'store/space.ts', 'wire', 'accounts', 'dav'],
    node: ['crypto', 'events', 'http', 'stream'],
    packages: ['ws'],
  },
  {
    name: 'api',
    rooms: [...GROUND, 'plan', 'sync', 'words', 'accounts', 'store/space.ts'],
    node: ['crypto', 'events', 'http', 'stream'],
    packages: ['fastify', '@fastify/swagger', 'valibot', '@valibot/to-json-schema'],
  },
  // The files of the browser interface.
  { name: 'site', rooms: ['api/origin.ts'], node: ['crypto', 'fs', 'http', 'path', 'url', 'zlib'], packages: [] },

  // Line 6: puts everything together.
  {
    name: 'assemble',
    rooms: ['model', 'platform', 'replica', 'index', 'revisions', 'scan', 'remotes', 'sync', 'bep', 'wire/bep'],
    node: ['fs', 'os', 'path', 'url'],
    packages: [],
  },
  // The daemon, from what it keeps of its own to what it answers.
  {
    name: 'daemon/home',
    rooms: [...GROUND, ...SQLITE, 'index', 'store/space.ts', 'accounts', 'api'],
    node: ['crypto', 'fs', 'net', 'os', 'path', 'tls'],
    packages: ['@peculiar/x509', 'reflect-metadata'],
  },
  {
    name: 'daemon/config',
    rooms: [...GROUND, ...MESH_WORDS, 'plan', 'assemble', 'daemon/home'],
    node: ['fs', 'net', 'os', 'path'],
    packages: ['valibot', 'yaml'],
  },
  { name: 'daemon/log', rooms: [...GROUND, 'daemon/config'], node: ['fs', 'path'], packages: ['pino'] },
  {
    name: 'daemon/folders',
    rooms: [
      ...[
        ...GROUND,
        ...SQLITE,
        ...MESH_WORDS,
        'plan',
        'replica',
        'index',
        'revisions',
        'scan',
        'sync',
        'store/space.ts',
      ],
      ...['api', 'assemble', 'words', 'daemon/home', 'daemon/config'],
    ],
    node: ['dns', 'fs', 'path', 'timers'],
    packages: [],
  },
  {
    name: 'daemon/devices',
    rooms: [
      ...[...GROUND, ...SQLITE, ...MESH_WORDS, 'api', 'assemble'],
      ...['daemon/home', 'daemon/config', 'daemon/folders'],
    ],
    node: ['path'],
    packages: [],
  },
  {
    name: 'daemon/host',
    rooms: [
      ...[...GROUND, 'platform/node', 'sync', 'store', 'accounts', 'dav', 'owncloud'],
      ...['daemon/home', 'daemon/config', 'daemon/folders'],
    ],
    node: ['events', 'fs', 'http', 'https', 'net', 'path', 'stream', 'tls'],
    packages: [],
  },
  {
    name: 'daemon/listings',
    rooms: [...GROUND, 'index', 'store/space.ts', 'api', 'daemon/config'],
    node: ['fs', 'os', 'path', 'timers'],
    packages: [],
  },
  {
    name: 'daemon/services',
    rooms: [
      ...[
        ...GROUND,
        ...MESH_WORDS,
        'plan',
        'replica',
        'index',
        'revisions',
        'scan',
        'sync',
        'store',
        'accounts',
        'dav',
      ],
      ...['api', 'assemble', 'words', 'daemon/home', 'daemon/config', 'daemon/log', 'daemon/folders'],
      ...['daemon/devices', 'daemon/host', 'daemon/listings'],
    ],
    node: ['fs', 'os', 'path', 'timers'],
    packages: [],
  },
  {
    name: 'daemon',
    rooms: [
      ...['model', 'platform', 'accounts', 'owncloud', 'api', 'site', 'assemble', ...MESH_WORDS],
      ...['daemon/home', 'daemon/config', 'daemon/log', 'daemon/folders', 'daemon/devices', 'daemon/host'],
      'daemon/services',
    ],
    node: 'any',
    packages: [],
  },
  {
    name: 'cli',
    rooms: [
      ...['model', 'platform', 'plan', 'replica', 'index', 'revisions', 'scan', 'remotes', 'sync', 'assemble'],
      ...['api', 'daemon', 'words'],
    ],
    node: 'any',
    packages: ['commander', 'uqr'],
  },
]

/** Rooms without `await`, clock, randomness or locale. */
export const PURE_ROOMS = ['model', 'plan', 'wire'] as const
