import { type KitFormat, kitSheet, type RecoveryKit } from './recovery-kit.ts'

/** A kit as a file. */
export interface RenderedKit {
  readonly format: KitFormat
  readonly fileName: string
  readonly mediaType: string
  readonly bytes: Buffer
}

const mediaTypes = {
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
} as const satisfies Record<KitFormat, string>

export async function renderKit(kit: RecoveryKit, format: KitFormat): Promise<RenderedKit> {
  const whose = kit.opens === 'customer' ? kit.customer.number : 'server'
  return {
    format,
    fileName: `holdfast-recovery-kit-${whose}.${format}`,
    mediaType: mediaTypes[format],
    bytes: await bytesOf(kit, format),
  }
}

/** Each form is loaded when it is asked for: starting must not cost a PDF library. */
async function bytesOf(kit: RecoveryKit, format: KitFormat): Promise<Buffer> {
  const sheet = kitSheet(kit)
  switch (format) {
    case 'txt':
      return Buffer.from((await import('./recovery-kit-text.ts')).recoveryKitText(sheet))
    case 'html':
      return Buffer.from(await (await import('./recovery-kit-page.ts')).recoveryKitPage(sheet))
    case 'pdf':
      return (await import('./recovery-kit-pdf.ts')).recoveryKitPdf(sheet)
    default:
      return format satisfies never
  }
}
