using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>What images and compose are made of.</summary>
public sealed class ImageTests
{
    [Theory(Timeout = 120_000)]
    [InlineData("cpu", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    [InlineData("cuda", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    public async Task The_backend_decides_which_native_library_an_image_has(string backend, string has, string hasNot)
    {
        Assert.Contains("-p:TorchBackend=$TORCH_BACKEND", Manifests.Read("deploy/docker/Dockerfile"));
        string json = await RunAsync(Manifests.Root, "dotnet", "msbuild", "src/Silo/Learngene.Silo.csproj", "-getItem:PackageReference", $"-p:TorchBackend={backend}");
        using var items = JsonDocument.Parse(json);
        var packages = items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(p => p.GetProperty("Identity").GetString()).ToList();
        Assert.Contains("TorchSharp", packages);
        Assert.Contains(has, packages);
        Assert.DoesNotContain(hasNot, packages);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_certificates_of_compose_are_of_one_authority_and_good_for_what_they_are_for()
    {
        string folder = Directory.CreateTempSubdirectory("learngene-certificates-").FullName;
        try
        {
            File.Copy(Path.Combine(Manifests.Root, "deploy", "compose", "certificates.sh"), Path.Combine(folder, "certificates.sh"));
            await RunAsync(folder, "bash", "certificates.sh");
            string certificates = Path.Combine(folder, "certificates");
            byte[] first = await File.ReadAllBytesAsync(Path.Combine(certificates, "silo.pem"));
            await RunAsync(folder, "bash", "certificates.sh");
            Assert.Equal(first, await File.ReadAllBytesAsync(Path.Combine(certificates, "silo.pem")));
            Assert.Equal(("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), (Trusted(certificates, "silo", "1.3.6.1.5.5.7.3.1"), Trusted(certificates, "client", "1.3.6.1.5.5.7.3.2")));
            Assert.Null(Trusted(certificates, "client", "1.3.6.1.5.5.7.3.1"));

            // Clients of the host come to a silo where it says it is, and its certificate says so too.
            using var silo = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(certificates, "silo.pem"));
            var environments = ((string[])["silo-1", "silo-2"]).Select(s => Manifests.Documents("deploy/compose/compose.yaml").Single().At($"services/{s}/environment")!).ToList();
            Assert.All(environments, e => Assert.Equal(e.Text("LEARNGENE_ADVERTISED_ADDRESS"), new Uri(e.Text("LEARNGENE_PUBLIC_URL")!).Host));
            Assert.All(environments, e => Assert.True(silo.MatchesHostname(e.Text("LEARNGENE_ADVERTISED_ADDRESS")!)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The use, if the certificate has its key, comes from the authority and is good for it.
    private static string? Trusted(string folder, string name, string use)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".key"));
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "ca.pem"));
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.ApplicationPolicy.Add(new(use));
        return chain.Build(certificate) ? use : null;
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}{await output}");
        return await output;
    }
}
