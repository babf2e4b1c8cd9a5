import exercise from './exercise.cjs'

// `import * as protoo from '…'`, with the name from outside.
const [protooServer, protooClient] = await Promise.all([import(process.argv[2]), import(process.argv[3])])
process.stdout.write(JSON.stringify(await exercise(protooServer, protooClient)))
