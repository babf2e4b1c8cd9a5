// A stylesheet exports nothing; TypeScript 6 wants to know that it is there.
export {}
