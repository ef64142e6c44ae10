// Both forms of LeTs' stage 1 at equal FLOPs, descendants of every size at 0 and 1 epoch, and the same sizes from scratch.
//   LetsForms run HOST:PORT DATA SEED OUT.json     beside a silo; about 11 minutes on 2 cores
//   LetsForms table OUT.json...                    the tables of docs/results/lets.md
using Learngene.LetsForms;

return args switch
{
    ["run", var cluster, var data, var seed, var file] => await Experiment.RunAsync(cluster, Path.GetFullPath(data), ulong.Parse(seed), file),
    ["table", .. var files] => Tables.Print(files),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: LetsForms run HOST:PORT DATA SEED OUT.json | LetsForms table OUT.json...");
    return 2;
}
