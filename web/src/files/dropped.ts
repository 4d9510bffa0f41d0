// What somebody dropped or chose: files, and directories with all that is in them.

export interface Dropped {
  /** Below where it was dropped. */
  readonly path: string
  /** None of a directory. */
  readonly file: File | undefined
}

/** To be called while the event is handled: the browser forgets the items afterwards. */
export async function droppedIn({ items, files }: DataTransfer): Promise<readonly Dropped[]> {
  const entries = [...items].map(item => item.webkitGetAsEntry()).filter(entry => entry !== null)
  if (entries.length === 0) return filesIn(files)
  return (await Promise.all(entries.map(below))).flat()
}

/** Of a field for files, or for a directory. */
export function filesIn(files: FileList): readonly Dropped[] {
  return [...files].map(file => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }))
}

async function below(entry: FileSystemEntry): Promise<readonly Dropped[]> {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) return [{ path, file: await fileOf(entry as FileSystemFileEntry) }]
  const found: Dropped[] = [{ path, file: undefined }]
  for (const each of await entriesOf(entry as FileSystemDirectoryEntry)) found.push(...(await below(each)))
  return found
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** The browser gives some at a time, until it gives none. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}
