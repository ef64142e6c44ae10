// Accuracy and bytes of federations on Fashion-MNIST, simulated in one loop on one thread: docs/results/federated-accuracy.md.
//   Federations accuracy --data DIR --seeds 1,2,3 [--cells WORD,...] [--partitions WORD,...] [--rates 0.02] [--out FILE.json]
//       runs what FILE lacks, a cell at a time; the rates are those of fine-tuning
//   Federations table FILE.json
//       the tables of the report
using System.Globalization;
using Learngene.Federations;

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
string[]? Words(string name) => Option(name)?.Split(',');

switch (args)
{
    case ["accuracy", ..] when Option("--data") is { } data:
        Experiment.Run(data, [.. (Option("--seeds") ?? "1").Split(',').Select(ulong.Parse)], Words("--cells"), Words("--partitions"),
            [.. (Option("--rates") ?? "0.02").Split(',').Select(r => double.Parse(r, CultureInfo.InvariantCulture))], Option("--out") ?? "federated-accuracy.json");
        return 0;
    case ["table", var file]:
        Tables.Print(file);
        return 0;
    default:
        Console.Error.WriteLine("usage: Federations accuracy --data DIR [--seeds 1,2,3] [--cells fedavg,...] [--partitions dirichlet,labels] [--out FILE] | Federations table FILE");
        return 2;
}
