// What a service manager is told about the daemon: a systemd user unit, a launchd agent.

export interface ServiceProgram {
  /** The program and its arguments, absolute. */
  readonly command: readonly string[]
  /** Other than the platform's own. */
  readonly home: string | undefined
}

export const UNIT_NAME = 'syncline.service'
export const AGENT_LABEL = 'org.syncline.daemon'

/** For `~/.config/systemd/user/`. */
export function systemdUnit({ command }: ServiceProgram): string {
  return `[Unit]
Description=Syncline keeps folders in sync
Documentation=man:syncline(1)
After=network-online.target
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=simple
ExecStart=${command.map(systemdWord).join(' ')}
Restart=on-failure
RestartSec=5
TimeoutStopSec=20
NoNewPrivileges=true

[Install]
WantedBy=default.target
`
}

/** For `~/Library/LaunchAgents/`. */
export function launchdAgent({ command }: ServiceProgram): string {
  const words = command.map(word => `    <string>${xml(word)}</string>`).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${AGENT_LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`
}

/** systemd reads quotes, backslashes, `%` and `$` in its own way. */
function systemdWord(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\;]/.test(word) ? `"${escaped}"` : escaped
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
