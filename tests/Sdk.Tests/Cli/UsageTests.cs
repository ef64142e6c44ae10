namespace Learngene.Sdk.Tests.Cli;

/// <summary>What is typed wrongly is refused in one sentence with exit code 2, before any silo is asked.</summary>
public sealed class UsageTests : IDisposable
{
    private const int Limit = 60_000;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-usage-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory(Timeout = Limit)]
    [InlineData("jobz", "'jobz'", "did you mean 'jobs'")]
    [InlineData("jobs lst", "'lst'", "did you mean 'list'")]
    [InlineData("jobs", "needs a command", "resume")]
    [InlineData("", "needs a command", "finetune")]
    [InlineData("status --jsn", "'--jsn'", "did you mean '--json'")]
    [InlineData("train x --widht 3", "'--widht'", "did you mean '--width'")]
    [InlineData("train", "needs NAME", "train --help")]
    [InlineData("train x --width 16 --depth 2 --patch 7", "needs --data", "data set")]
    [InlineData("train x --data d --width abc --depth 2 --patch 7", "--width", "'abc'")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --pool max", "avg, token", "'max'")]
    [InlineData("train x --data --width 16 --depth 2 --patch 7", "'--width'", "needs a value")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --seed -1", "--seed", "'-1'")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --set width=8", "width", "twice")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --lr 1 --lr 2", "--lr is given 2 times, with '1' and '2'", "once")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --config .", "'.'", "a directory")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --set images", "KEY=VALUE", "'images'")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --config gone.json", "gone.json", "not there")]
    [InlineData("data add x y --format png", "idx, folder, cifar", "'png'")]
    [InlineData("descend x --width 16 --rows 0,a -o f", "--rows", "'0,a'")]
    [InlineData("descend x --width 16 --depth 2 -o gone/f", "gone/f", "does not exist")]
    [InlineData("export x", "needs -o", "write")]
    [InlineData("export x -o .", "'.'", "directory")]
    [InlineData("import x gone.safetensors", "gone.safetensors", "no file")]
    [InlineData("evaluate gone.safetensors --data d", "gone.safetensors", "no file")]
    [InlineData("finetune gone.safetensors --data d --epochs 1", "gone.safetensors", "no file")]
    [InlineData("show a b", "'b'", "show --help")]
    [InlineData("status --cluster nowhere", "nowhere", "HOST:PORT")]
    [InlineData("--cluster nowhere:x status --json", "nowhere:x", "HOST:PORT")]
    public async Task Wrong_usage_is_refused_in_a_sentence(string line, string field, string allowed) => (await RunAsync(line)).Refused(2, field, allowed);

    [Theory(Timeout = Limit)]
    [InlineData("{\n \"lr\": 1,\n \"batch\": }", "line 3")]
    [InlineData("{\n \"lr\": 1,\n \"lr\": 2 }", "'lr'")]
    [InlineData("[1]", "JSON object")]
    public async Task A_configuration_that_cannot_be_read_is_refused_with_its_place(string json, string place)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "run.json"), json);
        (await RunAsync("train x --data d --width 16 --depth 2 --patch 7 --config run.json")).Refused(2, "run.json", place);
    }

    [Theory(Timeout = Limit)]
    [InlineData("{ \"Learngene\": { \"clustr\": \"127.0.0.1:1\" } }", "'clustr'", "did you mean 'cluster'")]
    [InlineData("{ \"Learngene\": ", "appsettings.json", "cannot be read")]
    [InlineData("{ \"Learngene\": 5 }", "number at 'Learngene'", "an object")]
    public async Task A_file_of_settings_with_a_mistake_is_refused(string json, string key, string nearest)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "appsettings.json"), json);
        (await RunAsync("status")).Refused(2, key, nearest);
    }

    [Fact(Timeout = Limit)]
    public async Task What_the_command_line_leaves_open_comes_from_the_environment_then_from_the_file()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "appsettings.json"), """{ "Learngene": { "cluster": "127.0.0.1:1", "dataDir": "a silo's" } }""");
        (await RunAsync("status")).Refused(3, "127.0.0.1:1", "start one");
        (await RunAsync("status", ("LEARNGENE_CLUSTER", "127.0.0.1:2"))).Refused(3, "127.0.0.1:2", "start one");
        (await RunAsync("status --cluster 127.0.0.1:3", ("LEARNGENE_CLUSTER", "127.0.0.1:2"))).Refused(3, "127.0.0.1:3", "start one");
        (await RunAsync("status", ("LEARNGENE_CLUSTR", "127.0.0.1:2"))).Refused(2, "'LEARNGENE_CLUSTR'", "did you mean 'LEARNGENE_CLUSTER'");
        // Kubernetes sets these where a service is called learngene.
        (await RunAsync("status", ("LEARNGENE_SERVICE_HOST", "10.0.0.1"), ("LEARNGENE_SERVICE_PORT_HTTP", "8080"), ("LEARNGENE_PORT_8080_TCP", "tcp://10.0.0.1:8080"))).Refused(3, "127.0.0.1:1", "start one");
    }

    [Theory(Timeout = Limit)]
    [InlineData("status --cluster 127.0.0.1:1")]
    [InlineData("--cluster 127.0.0.1:1 --json jobs list")]
    [InlineData("train x --data d --width 16 --depth 2 --patch 7 --lr 1e-3 --set images=512 --cluster 127.0.0.1:1")]
    public async Task Where_nothing_listens_the_code_is_three(string line) => (await RunAsync(line)).Refused(3, "127.0.0.1:1", "start one");

    private Task<Ran> RunAsync(string line, params (string Name, string Value)[] environment) =>
        Programs.RunAsync(Programs.Cli, line.Split(' ', StringSplitOptions.RemoveEmptyEntries), _directory, environment: environment);
}
