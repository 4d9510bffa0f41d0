import { expect, test } from 'vitest'
import { launchdAgent, systemdUnit } from './service-unit.ts'

const odd = { command: ['/opt/My Apps/node', '/opt/50%/main.js', 'start', '--home', '/home/a"b$c&d'], home: '/home/a' }

test('a unit starts the program again when it fails, and only then', () => {
  const unit = systemdUnit({ command: ['/usr/bin/node', '/opt/syncline/main.js', 'start'], home: undefined })
  expect(unit).toContain('ExecStart=/usr/bin/node /opt/syncline/main.js start\n')
  expect(unit).toContain('Restart=on-failure\n')
})

test('blanks, quotes and signs that systemd reads otherwise arrive as they are', () => {
  expect(systemdUnit(odd)).toContain(
    'ExecStart="/opt/My Apps/node" /opt/50%%/main.js start --home "/home/a\\"b$$c&d"\n',
  )
})

test('an agent has each word as an element of its own', () => {
  const agent = launchdAgent(odd)
  expect(agent).toContain('<string>/opt/My Apps/node</string>')
  expect(agent).toContain('<string>/home/a"b$c&amp;d</string>')
  expect(agent).toContain('<key>SuccessfulExit</key>\n    <false/>')
})
