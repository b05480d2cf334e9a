/** How fast something has been growing lately. Old seconds fade, so that a slow file does not spoil an hour's estimate. */
export interface SpeedMeter {
  /** Units per second now. */
  note(amount: number, nowMs: number): number
}

const fadesWithinMs = 5_000
const shortestStepMs = 200

export function speedMeter(startMs: number): SpeedMeter {
  let lastMs = startMs
  let lastAmount = 0
  let speed = 0
  let isFirst = true
  return {
    note(amount, nowMs) {
      const stepMs = nowMs - lastMs
      if (stepMs < shortestStepMs) return speed
      const stepSpeed = (Math.max(0, amount - lastAmount) * 1000) / stepMs
      const weight = isFirst ? 1 : 1 - Math.exp(-stepMs / fadesWithinMs)
      speed += (stepSpeed - speed) * weight
      isFirst = false
      lastMs = nowMs
      lastAmount = amount
      return speed
    },
  }
}
