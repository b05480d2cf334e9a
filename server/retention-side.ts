/** Retention, put together: rules, bin, pins, and the sweep of the catalogues. A part of the composition root. */
import type { CatalogueStaging } from './catalogue/catalogue.ts'
import { createCatalogueSweeps } from './catalogue/sweep-service.ts'
import { createRetention, type RetentionOptions, type RetentionService } from './retention/retention-service.ts'

export interface RetentionSide {
  readonly retention: RetentionService
}

export function createRetentionSide(
  options: Omit<RetentionOptions, 'sweeps'> & { readonly catalogue: Pick<CatalogueStaging, 'alone'> },
): RetentionSide {
  return { retention: createRetention({ ...options, sweeps: createCatalogueSweeps(options) }) }
}
