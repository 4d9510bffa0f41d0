// Finds the id of a device in a picture, by what the browser has for that.

export interface CodeReader {
  /** Undefined while there is none to be seen. */
  read(picture: HTMLVideoElement): Promise<string | undefined>
}

/** Not every browser has it, and the types of the web do not know it yet. */
interface Detector {
  detect(picture: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}

interface DetectorClass {
  new (options: { readonly formats: readonly string[] }): Detector
  getSupportedFormats(): Promise<readonly string[]>
}

/** Eight groups of seven letters and digits, with or without dashes. */
const ID = /^(?:[A-Z2-7]{7}-?){8}$/i

/** Undefined where the browser cannot read codes, or gives no camera to this address. */
export async function openCodeReader(): Promise<CodeReader | undefined> {
  const { BarcodeDetector: Found } = globalThis as { readonly BarcodeDetector?: DetectorClass }
  if (Found === undefined || navigator.mediaDevices === undefined) return undefined
  if (!(await Found.getSupportedFormats()).includes('qr_code')) return undefined
  const detector = new Found({ formats: ['qr_code'] })
  return {
    async read(picture) {
      // A picture that is not there yet is no fault.
      const codes = await detector.detect(picture).catch(() => [])
      return codes.map(({ rawValue }) => rawValue.trim()).find(text => ID.test(text))
    },
  }
}
