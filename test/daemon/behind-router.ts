// A home network behind a router, and a piece of the internet before it, in namespaces of their own: nothing of this machine is touched.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tellWhenFailed } from '../when-failed.ts'
import type { Stage } from './daemon-process.ts'
import { until } from './daemon-process.ts'

/** Where the router is from outside. */
export const OUTSIDE = '11.22.33.1'

/** Of this process only: names of namespaces are kept below /run. */
const APART = ['--user', '--map-root-user', '--net', '--mount']
const LAY = `
set -e
mount -t tmpfs none /run
ip netns add home
ip netns add internet
ip link set lo up
ip link add inside type veth peer name eth0 netns home
ip link add outside type veth peer name eth0 netns internet
ip addr add 192.168.77.1/24 dev inside
ip addr add ${OUTSIDE}/24 dev outside
ip link set inside up
ip link set outside up
for place in home internet; do
  ip -n $place link set lo up
  ip -n $place link set eth0 up
done
ip -n home addr add 192.168.77.2/24 dev eth0
ip -n home route add default via 192.168.77.1
ip -n internet addr add 11.22.33.2/24 dev eth0
echo 1 > /proc/sys/net/ipv4/ip_forward
nft -f - <<RULES
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    jump miniupnpd
    iifname inside accept
  }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; oifname outside masquerade; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
RULES
`

/** Why there can be no such network on this machine; empty where there can. */
export function whyNoNetworks(): string {
  const { status, stderr } = spawnSync('unshare', [...APART, 'sh', '-c', LAY], { encoding: 'utf8' })
  return status === 0 ? '' : `no networks of its own: ${stderr.trim().split('\n')[0] ?? ''}`
}

export interface Neighbourhood {
  /** What stands before a command that is to run there. */
  at(place: 'home' | 'internet'): readonly string[]
  /** The ports that the router leads from outside to machines at home. */
  mapped(): string
}

/** Ends with the stage. */
export async function openNeighbourhood(stage: Stage, way: 'upnp' | 'nat-pmp'): Promise<Neighbourhood> {
  const held = spawn('unshare', [...APART, 'sh', '-c', `${LAY}\necho laid\nexec sleep infinity`])
  stage.onEnd(() => ended(held))
  await said(held, 'laid')
  const enter = ['--target', String(held.pid), '--user', '--net', '--mount', '--preserve-credentials', '--']
  mkdirSync(stage.at('router'))
  const settings = [
    ...['ext_ifname=outside', 'listening_ip=inside', 'port=0', 'secure_mode=yes'],
    ...[`enable_natpmp=${way === 'nat-pmp' ? 'yes' : 'no'}`, `enable_upnp=${way === 'upnp' ? 'yes' : 'no'}`],
    'uuid=6d6e7570-6e70-4d00-8000-000000000001',
  ]
  writeFileSync(stage.at('router', 'conf'), `${settings.join('\n')}\n`)
  const router = spawn(
    'nsenter',
    [...enter, 'miniupnpd', '-d', '-f', stage.at('router', 'conf'), '-P', '/run/router'],
    {
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    },
  )
  stage.onEnd(() => ended(router))
  await said(router, 'istening ')
  return {
    at: place => ['nsenter', ...enter, 'ip', 'netns', 'exec', place],
    mapped: () =>
      spawnSync('nsenter', [...enter, 'nft', 'list', 'chain', 'inet', 'filter', 'prerouting_miniupnpd'], {
        encoding: 'utf8',
      }).stdout,
  }
}

async function said(child: ChildProcess, words: string): Promise<void> {
  let text = ''
  let isOver = false
  const take = (chunk: Buffer) => {
    text += chunk
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  child.on('close', () => {
    isOver = true
  })
  tellWhenFailed(() => `--- the router said:\n${text.slice(-6_000)}`)
  await until(() => isOver || text.includes(words), `'${words}'`)
  if (!text.includes(words)) throw new Error(`it ended: ${text}`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGKILL')
  await over
}
