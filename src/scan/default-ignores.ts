// What is never synced, and what is not synced unless the user's own rules say so. Both in the language of ignore files.

/**
 * The state of synchronisers, and files on their way. No rule can bring these back. Our own directory is left out wherever it is: it holds the
 * index of a folder in this one, or of a copy of one, and on another device that would be a memory of things that never happened there.
 */
export const ALWAYS_IGNORED = `
(?i).syncline
(?d).syncline-upload-*
(?d).syncline-probe-*
/.stfolder
/.stversions
/.stignore
(?d).syncthing.*.tmp
(?d)~syncthing~*.tmp
(?i).sync_*.db*
(?i)._sync_*.db*
(?i).csync_journal.db*
(?i).owncloudsync.log*
(?i).nextcloudsync.log*
`

/** What operating systems and editors leave lying about. `(?d)` marks what nobody misses when its directory goes: never what may hold a person's work, such as unsaved edits. */
export const DEFAULT_IGNORES = `
// macOS
(?d).DS_Store
(?d).ds_store
._*
(?d)Icon[\r]
(?d).Spotlight-V100
(?d).TemporaryItems
.Trashes
.DocumentRevisions-V100
(?d).fseventsd
(?d).apdisk
// Windows
(?d)(?i)Thumbs.db
(?d)(?i)ehthumbs.db
(?d)(?i)desktop.ini
(?i)$RECYCLE.BIN/
(?i)/System Volume Information
// Linux
.Trash-*/
.directory
.fuse_hidden*
.nfs*
/lost+found
// Editors and office programs, while a file is open
*~
~$*
~*.tmp
(?d).~lock.*#
.*.sw[a-p]
.#*
\\#*#
.*.kate-swp
*.gnucash.tmp-*
// Half-done downloads
*.part
*.filepart
*.crdownload
`
