/** Says each step; ends the program with one line when a step fails. Runs on Node 20. */
const oldestNode = 20

export function runSteps(steps) {
  try {
    if (Number(process.versions.node.split('.')[0]) < oldestNode) {
      throw new Error(`Holdfast needs Node ${oldestNode} or later to set itself up; this is ${process.version}`)
    }
    steps((line) => console.error(line))
  } catch (error) {
    console.error(`Holdfast cannot start: ${error.message}.`)
    process.exit(1)
  }
}
