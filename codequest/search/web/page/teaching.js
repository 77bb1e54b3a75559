// How far the teacher is with an index that can be searched already.

/**
 * Say how many chunks have light vectors, and whether the teacher goes on.
 *
 * @param {HTMLElement} line Where it is said; hidden where the teacher has embedded everything.
 * @param {object} about What is in the index.
 */
export function showTeaching(line, about) {
  const left = about.chunks - about.taught;
  line.hidden = left <= 0;
  if (line.hidden) return;
  const share = Math.floor((100 * about.taught) / about.chunks);
  const run = about.teaching;
  const goes = run ? `the teacher goes on${run.rate ? `, ${run.rate.toFixed(1)} chunks a second${duration(run)}` : ""}` : "the teacher is not running";
  line.textContent = `${share}% of the chunks have their teacher’s vector, the rest light ones; ${goes}`;
}

function duration({ seconds_left: left }) {
  if (left === null) return "";
  if (left < 90) return `, ${Math.round(left)} s left`;
  return left < 5400 ? `, ${Math.round(left / 60)} min left` : `, ${(left / 3600).toFixed(1)} h left`;
}
