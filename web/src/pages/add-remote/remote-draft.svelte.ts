// A remote that is being set up: tried first, then kept.
import { type Answer, type Body, CallFault, call } from '../../api/call.ts'
import { router } from '../../router.svelte.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { words } from '../../words/words.ts'

export type RemoteDraft = Body<'POST /folders/{folder}/remotes'>
export type Found = Answer<'POST /folders/{folder}/remote-test'>

/** The certificate that a server showed, in the sentence that refuses it. */
const FINGERPRINT = /sha256:[0-9a-f]{64}/i

export class RemoteTrial {
  busy: 'test' | 'add' | undefined = $state()
  found: Found | undefined = $state.raw()
  fault: CallFault | undefined = $state.raw()

  /** Grows when something else was entered: answers to what was asked before are about something else. */
  #turn = 0

  /** Set when the server's certificate is trusted by nobody, and a person may decide to trust exactly it. */
  get fingerprint(): string | undefined {
    return this.fault?.code === 'untrusted' ? FINGERPRINT.exec(this.fault.message)?.[0] : undefined
  }

  /** What was found holds no longer: something else was entered. */
  forget(): void {
    this.#turn += 1
    this.found = undefined
    this.fault = undefined
  }

  async test(folder: string, body: RemoteDraft): Promise<void> {
    await this.#try('test', async () => {
      const turn = this.#turn
      const found = await call('POST /folders/{folder}/remote-test', { params: { folder }, body })
      if (turn === this.#turn) this.found = found
    })
  }

  /** Shows the overview when it is kept. */
  async add(folder: string, body: RemoteDraft): Promise<void> {
    await this.#try('add', async () => {
      await call('POST /folders/{folder}/remotes', { params: { folder }, body })
      toasts.add(words.addRemote.added)
      router.go('/')
    })
  }

  async #try(what: 'test' | 'add', act: () => Promise<void>): Promise<void> {
    this.busy = what
    this.forget()
    const turn = this.#turn
    try {
      await act()
    } catch (error) {
      if (!(error instanceof CallFault)) throw error
      if (turn === this.#turn) this.fault = error
    } finally {
      this.busy = undefined
    }
  }
}
