/** What the box tells people about its index. */

/** The files know more than the database. Raised at boot, settled by the rebuild. */
export const rebuildNeeded = { code: 'HF-REBUILD-NEEDED', subject: 'box' } as const

/** The index was made anew, and nobody has said yet that all is well. */
export const rebuildUnconfirmed = { code: 'HF-REBUILD-UNCONFIRMED', subject: 'box' } as const
