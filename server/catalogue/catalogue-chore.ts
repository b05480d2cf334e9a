import type { Chore } from '../chores/chore.ts'
import type { CatalogueFill } from './fill-catalogue.ts'

/** Runs while there is something to fill: after a rebuild, at once. */
export function catalogueChore({ catalogueFill }: { readonly catalogueFill: CatalogueFill }): Chore {
  return {
    name: 'catalogue',
    title: 'Making files searchable',
    about:
      'After a rebuild: reads the folders of each version, so that files are found by name again. Browsing and restoring work meanwhile.',
    weight: 'heavy',
    needsClock: false,
    dueAt: async (_state, nowMs) => ((await catalogueFill.hasGaps()) ? nowMs : undefined),
    run: async ({ signal, onProgress }) => {
      const words = 'reading the folders of versions'
      const filled = await catalogueFill.fill({
        signal,
        onProgress: (progress) => onProgress({ words, ...progress, unit: 'count' }),
      })
      const trouble = filled.failed === 0 ? '' : ` ${filled.failed} cannot be read any more.`
      return { summary: `${filled.versions} versions can be searched again.${trouble}`, detail: { ...filled } }
    },
  }
}
