// What to do about what is wrong, by its cause: an error code, or the rule that holds a path.

const ADVICE: Readonly<Record<string, string>> = {
  offline: 'Nothing to do: it is tried again by itself. If the other side is on, check its address and your network.',
  maintenance: 'Nothing to do: it is tried again by itself, until the maintenance is over.',
  unauthorized: 'Set the user and the password of this remote again.',
  untrusted: 'Look at the certificate of the server. If it is the right one, pin it; if not, somebody is in between.',
  'wrong-place':
    'Check that the address is still the right one. If another place is meant, remove the remote and add it again.',
  protocol:
    'The other side answers in a way that it should not. Try again later; if it stays so, send a support bundle.',
  denied: 'Allow it: see the permissions of the file, or the rights of your account on the other side.',
  'quota-exceeded': 'Make room on the other side, or ask for more there.',
  'too-large': 'The other side takes no files of this size. Ignore it, or keep it elsewhere.',
  'name-not-allowed': 'Give it a name that the other side can hold.',
  'hold-name': 'Give it a name that the other side can hold.',
  'hold-clash': 'Give one of them another name: the other side cannot tell them apart.',
  'hold-unsupported': 'The other side cannot hold this kind of file. Ignore it, so that it is not told again.',
  'hold-unreadable': 'Make it readable for the user that this program runs as.',
  'hold-unlisted': 'Check that the directory can be read on the other side.',
  'hold-not-permitted': 'Ask for the right to write there, or keep it elsewhere.',
  'not-kept': 'Select the directory again to have it synced, or move away what is in it.',
  locked: 'Close it where it is open; it is tried again by itself.',
  changed: 'Nothing to do: it is looked at again as soon as it is left alone for a moment.',
  corrupt:
    'It arrived damaged and was thrown away; it is fetched again. If it stays so, check the disks on both sides.',
  unsupported: 'The other side cannot do this.',
  'disk-full': 'Make room on this disk. The trash of the folder can be emptied, or set to keep less.',
  'too-many-files':
    'The disk is sound. Let this program have more files open: `ulimit -n 65536` before it is started, or LimitNOFILE=65536 in its systemd unit.',
  io: 'The disk reports a fault. Check it, and its cable, before anything else.',
  'folder-unusable':
    'Connect the disk or share that the folder is on. If it was moved, remove the folder and add it where it is now.',
  'folder-locked': 'Another program is at work in this folder. It goes on when that has finished.',
  usage: 'Correct the setting that the sentence names.',
  brake: 'Look through what would be done, and approve it or bring back what is missing.',
  differs:
    'Look with `why` at what differs. Override it, or let the folder take changes too: `folder type FOLDER send-receive`.',
  conflict: 'Compare both versions, and decide which one to keep.',
  watching:
    'Nothing is missed, only found later. Raise the limit that is named; with a line in /etc/sysctl.d it stays so. Within five minutes everything is watched again by itself.',
  unreached:
    'Devices beyond this network may not find this one meanwhile; it is tried again by itself. Check the address below `mesh` in config.yaml, and whether the server runs.',
  home: 'Make room on this disk, or see that the user that the daemon runs as may write there. Folders on other disks go on; this goes away by itself.',
  config: 'Correct config.yaml at the line that is named. Until then, what was valid last holds.',
}

const OTHERWISE = 'It is tried again by itself. `why` tells more about each path.'

export function adviceOn(cause: string): string {
  return Object.hasOwn(ADVICE, cause) ? (ADVICE[cause] ?? OTHERWISE) : OTHERWISE
}
