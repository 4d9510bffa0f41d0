// Which names a replica can hold.

export interface NameRules {
  /** Whether `a` and `A` are two names there. */
  readonly caseSensitive: boolean
  /** Whether it stores names in Unicode NFC whatever it is given, so that another spelling would come back changed. */
  readonly normalizes: boolean
  /** Longest name in UTF-8 bytes. */
  readonly maxNameBytes: number
  /** Why it refuses `name`, as the end of a sentence ("the server does not allow '\\' in names"); undefined when it takes it. */
  readonly refuses?: (name: string) => string | undefined
}

export const POSIX_NAMES: NameRules = { caseSensitive: true, normalizes: false, maxNameBytes: 255 }

/** Why a replica with these rules cannot hold `name`; undefined when it can. */
export function faultOfNameFor(rules: NameRules, name: string): string | undefined {
  if (Buffer.byteLength(name) > rules.maxNameBytes) return `the name is longer than ${rules.maxNameBytes} bytes`
  if (rules.normalizes && name !== name.normalize('NFC'))
    return 'the name is not in Unicode NFC, and the other side would change it'
  return rules.refuses?.(name)
}

/** The key under which two names clash on a replica with these rules. */
export function clashKey(rules: NameRules, name: string): string {
  const normal = rules.normalizes ? name.normalize('NFC') : name
  return rules.caseSensitive ? normal : normal.toLowerCase()
}
