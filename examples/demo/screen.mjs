import { styleText } from 'node:util'

const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR
const paint = (format, text) => (hasColours ? styleText(format, text) : text)
const say = (text = '') => process.stdout.write(`${text}\n`)
const label = ({ name, version }) => `${name} ${version}`.padEnd(16)

const GATE_COLOURS = { open: 'green', failed: 'red', missing: 'yellow' }

/** What stands on the terminal. */
export const screen = {
  title(url) {
    say(paint('bold', 'Four services want into production, and one of them must not get there.'))
    say()
    say(`registry   ${url}`)
    say('gate       opens for an artifact when build, test, scan and sign have passed')
    say('watcher    deploys what the gate lets through')
    say()
  },
  step(artifact, step, state, gate) {
    const outcome = artifact.success ? paint('green', '✓ passed') : paint('red', '✗ failed')
    say(`${label(artifact)} ${step.padEnd(6)} ${outcome}   gate ${paint(GATE_COLOURS[state], gate)}`)
  },
  deploys(artifact) {
    say(paint('cyan', `${label(artifact)} the gate has opened: the watcher deploys it`))
  },
  summary(results) {
    say()
    for (const { service, isDeployed, gate } of results) {
      const end = isDeployed ? paint('green', 'in production') : paint('red', `held back, gate ${gate}`)
      say(`${label(service)} ${end}`)
    }
    say()
  },
  /** @param commands what to type, by what it is for */
  next(url, commands) {
    say(paint('bold', 'What next'))
    say()
    say('look at it, in a browser')
    say(`    ${url}/console/`)
    say('ask it in GraphQL, in a browser')
    say(`    ${url}/api/v1/graphql`)
    for (const [purpose, command] of Object.entries(commands)) say(`${purpose}\n    ${command}`)
    say()
  },
  stays: () => say('The registry stays until Ctrl-C, and the watcher goes on deploying.'),
  ends: () =>
    say('The registry has ended with the demo: on a terminal, without --once, it stays until Ctrl-C.'),
}
