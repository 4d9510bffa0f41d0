// What the daemon can be asked when something is wrong. Part of the contract in `service.ts`.
import type { SupportBundle, Trouble } from './shapes/diagnosis.ts'

export interface DiagnosisService {
  /** The worst first. */
  problems(): Promise<readonly Trouble[]>
  support(): Promise<SupportBundle>
}
