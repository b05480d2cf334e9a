/** What stays of versions, put together: rules, bin, pins, names and notes, and the sweep of the catalogues. A part of the composition root. */
import type { CatalogueStaging } from './catalogue/catalogue.ts'
import { createCatalogueSweeps } from './catalogue/sweep-service.ts'
import { createWriteInRepository } from './retention/repository-writing.ts'
import { createRetention, type RetentionOptions, type RetentionService } from './retention/retention-service.ts'
import { createVersionNotes, type VersionNotes, type VersionNotesOptions } from './version-notes/version-notes-service.ts'

export interface RetentionSide {
  readonly retention: RetentionService
  readonly versionNotes: VersionNotes
}

export function createRetentionSide(
  options: Omit<RetentionOptions, 'sweeps' | 'writeIn' | 'reconcileNotes'> &
    Omit<VersionNotesOptions, 'writeIn'> & { readonly catalogue: Pick<CatalogueStaging, 'alone'> },
): RetentionSide {
  const writeIn = createWriteInRepository(options)
  const versionNotes = createVersionNotes({ ...options, writeIn })
  const sweeps = createCatalogueSweeps(options)
  return { retention: createRetention({ ...options, writeIn, sweeps, reconcileNotes: versionNotes.reconcile }), versionNotes }
}
