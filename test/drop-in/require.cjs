const exercise = require('./exercise.cjs')

exercise(require(process.argv[2]), require(process.argv[3])).then((transcript) => {
  process.stdout.write(JSON.stringify(transcript))
})
