// The parts of the help that options cannot carry.

export const AFTER_HELP = `
Exit status:
  0   both sides are equal (other commands: done)
  1   finished, but some paths are not in sync; each is listed with its reason
  2   the command line, or a file of ignore rules, cannot be understood
  3   the remote cannot be reached, refuses, or is in maintenance; nothing was deleted
  4   a brake stopped the run before it did anything: needs --approve
  5   the folder itself cannot be used: missing, not the one it was, in use by another run, disk full
  6   the daemon does not run, or does not let you in
  70  a fault of this program; please report it
  130 stopped by Ctrl-C (143: by SIGTERM); what was done is on record. With --watch this is 0.

Environment:
  SYNCLINE_PASSWORD   the password for the server, if there is no --password-file
  SYNCLINE_HOME       the home of the daemon, if there is no --home
  TMPDIR              where a dry run keeps its private copy of the index

Files, inside FOLDER:
  .syncignore         what not to sync, for all devices
  .syncline/ignore    what not to sync, for this device
  .syncline/trash/    what runs deleted or replaced

Examples:
  syncline sync ~/Documents /media/backup/Documents
  syncline sync ~/Cloud https://cloud.example.org --user alice --password-file ~/.cloud-password --watch
  syncline why ~/Cloud notes/todo.txt
  syncline start
  syncline folder add ~/Photos && syncline remote add Photos /media/nas/Photos
  syncline status --watch
`

export const AFTER_SYNC_HELP = `
Exit status: 0 equal, 1 some paths not in sync, 2 usage, 3 remote, 4 brake, 5 folder. 'syncline --help' says more.

On a terminal the run is shown as it goes on; otherwise there is one line at the end, and one for each path that is not in sync.
`
