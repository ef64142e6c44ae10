using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Learngene.Sdk;

namespace Learngene.Cli;

/// <summary>Options that every command takes, before or after its name.</summary>
internal static class GlobalFlags
{
    public static readonly Option<string> Cluster = new("--cluster")
    {
        Description = "A silo's gateway, or several with commas between; the environment variable LEARNGENE_CLUSTER may name them instead.", HelpName = "HOST:PORT[,...]", Recursive = true,
        DefaultValueFactory = _ => Configuration.Find("cluster") ?? LearngeneClient.DefaultCluster,
    };

    public static readonly Option<string?> ClusterId = Named("--cluster-id", "NAME", "clusterId", "The cluster's name (default learngene)");

    public static readonly Option<string?> Certificate = Named("--cluster-certificate", "FILE", "clusterCertificate", "PEM file of the certificate to show a cluster that wants TLS");

    public static readonly Option<string?> Key = Named("--cluster-key", "FILE", "clusterKey", "PEM file of the certificate's key");

    public static readonly Option<string?> Authorities = Named("--cluster-ca", "FILE", "clusterCa", "PEM file of the authorities that silos' certificates must come from");

    public static readonly Option<bool> Json = new("--json") { Description = "One JSON document on standard output and nothing else there.", Recursive = true };

    public static readonly Option<bool> Quiet = new("--quiet") { Description = "No progress and no hints.", Recursive = true };

    private static Option<string?> Named(string name, string what, string key, string description) => new(name)
    {
        Description = $"{description}; or {Configuration.Variable(key)}.", HelpName = what, Recursive = true, DefaultValueFactory = _ => Configuration.Find(key),
    };
}

/// <summary>Kinds of options; each says what it takes when it is given something else.</summary>
internal static class Flags
{
    public static Option<int?> Whole(string name, string description, bool required = false) =>
        Parsed<int?>(name, "N", description, required, "a whole number",
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n) ? n : null);

    public static Option<double?> Number(string name, string description) =>
        Parsed<double?>(name, "X", description, false, "a number such as 0.001",
            text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double x) && double.IsFinite(x) ? x : null);

    public static Option<ulong?> Seed() =>
        Parsed<ulong?>("--seed", "N", "Everything random comes from it (default 1).", false, "a whole number, 0 or more",
            text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong n) ? n : null);

    public static Option<int[]?> Wholes(string name, string description) =>
        Parsed<int[]?>(name, "N,N,...", description, false, "whole numbers separated by commas, such as 0,2,3", text =>
        {
            var parts = text.Split(',').Select(p => int.TryParse(p.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int n) ? n : (int?)null).ToList();
            return parts.Contains(null) ? null : [.. parts.Select(p => p!.Value)];
        });

    public static Option<long?> Count(string name, string description) => Parsed<long?>(name, "N", description, false, "a number such as 3000000 or 3M", Quantity.Count);

    public static Option<long?> Bytes(string name, string description) => Parsed<long?>(name, "N", description, false, "a number of bytes such as 4000000 or 4MB", Quantity.Bytes);

    public static Option<double?> Seconds(string name, string description) => Parsed<double?>(name, "T", description, false, "a time such as 8ms or 0.008 (seconds)", Quantity.Seconds);

    public static Option<string?> Choice(string name, string description, params string[] allowed) =>
        Parsed<string?>(name, string.Join('|', allowed), description, false, $"one of {string.Join(", ", allowed)}",
            text => allowed.FirstOrDefault(a => a.Equals(text, StringComparison.OrdinalIgnoreCase)));

    public static Option<string> Text(string name, string what, string description) => new(name) { Description = description, HelpName = what, Required = true };

    public static Option<string?> Maybe(string name, string what, string description) => new(name) { Description = description, HelpName = what };

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    public static Option<string> OutFile() => new("-o", "--output") { Description = "The file to write.", HelpName = "FILE", Required = true };

    public static Argument<string> Argument(string name, string description) => new(name) { Description = description };

    private static Option<T> Parsed<T>(string name, string what, string description, bool required, string allowed, Func<string, T> parse) => new(name)
    {
        Description = description, HelpName = what, Required = required, Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            if (parse(result.Tokens[0].Value) is { } value) return value;
            result.AddError($"{name} takes {allowed}, not '{result.Tokens[0].Value}'.");
            return default;
        },
    };
}
