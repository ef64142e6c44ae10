using System.Reflection;
using Learngene.Grains.Tests.Storage;
using Learngene.Silo.Storage;
using Learngene.Storage.Writer;

namespace Learngene.Cluster.Tests.Storage;

/// <summary>The tests that any grain storage has to pass, one by one, for storages whose server may be missing.</summary>
internal static class ContractCases
{
    /// <summary>Each test with each of its arguments.</summary>
    public static TheoryData<string, string?> All
    {
        get
        {
            var cases = new TheoryData<string, string?>();
            foreach (var test in typeof(GrainStorageContract).GetMethods().Where(m => m.ReturnType == typeof(Task)))
                if (test.GetParameters().Length == 0) cases.Add(test.Name, null);
                else
                    foreach (var data in test.GetCustomAttributes<InlineDataAttribute>().SelectMany(a => a.GetData(test))) cases.Add(test.Name, (string)data[0]);
            return cases;
        }
    }

    /// <summary>Runs one of them.</summary>
    public static Task RunAsync(Func<IStateStore> open, string test, string? argument) =>
        (Task)typeof(GrainStorageContract).GetMethod(test)!.Invoke(new Contract(open), argument is null ? null : [argument])!;

    // Not public, so not found as a class of tests by itself.
    private sealed class Contract(Func<IStateStore> open) : GrainStorageContract
    {
        internal override StorageUnderTest New() => new(() => StorageFactory.Over(open));
    }
}
