import { type BoxDocument, documentMaxBytes, encodeBoxDocument } from './box-document.ts'
import { SelfBackupError } from './self-backup-error.ts'

/**
 * The document, small enough for its record: the audit log gives way, oldest entries first, and nothing else does.
 * @throws SelfBackupError `too-large`. Pure.
 */
export function fitDocument(document: BoxDocument): BoxDocument {
  let fitting = document
  for (;;) {
    const sizeBytes = encodeBoxDocument(fitting).length
    if (sizeBytes <= documentMaxBytes) return fitting
    const audit = fitting.tables.find(({ name }) => name === 'audit')
    if (audit === undefined || audit.rows.length === 0)
      throw new SelfBackupError(
        'too-large',
        `What the box knows takes ${sizeBytes} bytes; a self-backup holds ${documentMaxBytes}. Remove computers that are no longer used.`,
      )
    const half = { ...audit, rows: audit.rows.slice(Math.ceil(audit.rows.length / 2)) }
    fitting = { ...fitting, tables: fitting.tables.map((table) => (table === audit ? half : table)) }
  }
}
