using System.Net;
using Learngene.Clients;
using Learngene.Federation;
using Learngene.Sdk.Clients;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Models;
using TorchSharp;
using static System.FormattableString;

namespace Learngene.Edge.Join;

/// <summary>
/// A federated client beside its images. Whatever happens to the connection, the silo or this process, it goes on: what it needs is in its
/// state directory, and everything that it says to the silo may be said twice.
/// </summary>
internal sealed class EdgeClient : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);
    private readonly JoinSettings _settings;
    private readonly Action<string> _note;
    private readonly TimeProvider _time;
    private readonly EdgeState _state;
    private readonly FederationHttp _http;
    private readonly Reconnecting _patiently;

    public EdgeClient(JoinSettings settings, Action<string> note, TimeProvider time)
    {
        (_settings, _note, _time) = (settings, note, time);
        _state = new(settings.StateDirectory);
        _http = new(settings.Servers, settings.Federation, settings.Name, settings.Token);
        _patiently = new(note, _http.TryNext, time);
    }

    public void Dispose() => _http.Dispose();

    public async Task<JoinResult> RunAsync(CancellationToken token)
    {
        torch.set_num_threads(_settings.Threads);
        using var lease = _state.Lock();
        var terms = await _patiently.AskAsync(() => _http.TermsAsync(token), token);
        var task = new FederatedTask(FederationSettings.Parse(terms.Specification), Json.Parse<VitShape>(terms.Config, "config"), Json.Parse<Preprocess>(terms.Preprocess, "preprocess"));
        using var data = DataSet.Open(_settings.Data, null, null, _settings.ImageSize ?? (IsFolder(_settings.Data) ? task.Shape.ImageSize : null));
        using var client = new FederatedClient(task, Relabelled.For(data, data.Train, terms.ClassNames), Relabelled.For(data, data.Test, terms.ClassNames));
        var profile = Profile(task, client, data);
        var membership = await _patiently.AskAsync(() => _http.JoinAsync(profile, token), token);
        _note(Invariant($"joined {_settings.Federation} as {_settings.Name}: {data.Train.Count} images to train on, {data.Test.Count} to measure with{(membership.Cohort >= 0 ? Invariant($", cohort {membership.Cohort}") : "")}"));
        var result = new JoinResult(_settings.Federation, _settings.Name) { BytesUp = profile.Signature?.Length ?? 0 };
        try
        {
            if (membership.Late && !_state.HasTrained) result = await InitialiseAsync(task, client, result, token);
            result = await RoundsAsync(client, result, token);
            return await EndAsync(client, result, token);
        }
        finally
        {
            if (token.IsCancellationRequested || _settings.Rounds > 0) await LeaveAsync();
        }
    }

    // A newcomer is initialised from its cohort's learngene, and says what that is worth to it.
    private async Task<JoinResult> InitialiseAsync(FederatedTask task, FederatedClient client, JoinResult result, CancellationToken token)
    {
        var (bytes, _) = await InitialisationAsync(token);
        var late = client.EvaluateLate(bytes, RoundOf(0), token.ThrowIfCancellationRequested);
        _note(Invariant($"initialised with {bytes?.Length ?? 0} bytes: accuracy {string.Join(", ", late.After.Select(a => Invariant($"{a:P1}")))} after {string.Join(", ", task.Settings.Evaluation.LateEpochs)} epochs"));
        return result with { Initial = late.After, BytesToInitialise = bytes?.Length ?? 0, BytesDown = result.BytesDown + (bytes?.Length ?? 0) };
    }

    private async Task<JoinResult> RoundsAsync(FederatedClient client, JoinResult result, CancellationToken token)
    {
        while (_settings.Rounds == 0 || result.Contributions < _settings.Rounds)
        {
            var answer = await _patiently.AskAsync(() => _http.CheckInAsync(token), token);
            if (answer.Work is { } work) result = await ContributeAsync(client, work, result, token);
            else if (answer.State is FederationState.Completed or FederationState.Stopped or FederationState.Failed) return result with { State = answer.State.Value };
            else if (answer.State is FederationState.Evaluating) await Task.Delay(s_look, _time, token); // there is nothing more to do, and the end is near
        }
        return result;
    }

    private async Task<JoinResult> ContributeAsync(FederatedClient client, WorkOrder work, JoinResult result, CancellationToken token)
    {
        try
        {
            if (_state.Pending(work.Round) is not { } upload)
            {
                byte[]? download = work.Inline ?? (work.Download is { } url ? await _http.DownloadAsync(url, work.DownloadBytes, token) : null);
                var outcome = client.Train(new(work.Round, work.Cohort, work.Layers, work.Seed), download, _state.Client.Before(work.Round), token.ThrowIfCancellationRequested);
                if (outcome.State is { } kept) _state.Client.Keep(work.Round, kept);
                _state.SetPending(work.Round, upload = outcome.Upload);
                _note(Invariant($"round {work.Round}: accuracy {outcome.Accuracy:P1} as downloaded, loss {outcome.Loss:F4}, {work.DownloadBytes} bytes down, {upload.Length} up"));
                result = result with { BytesDown = result.BytesDown + work.DownloadBytes, LastAccuracy = outcome.Accuracy };
            }
            await _http.ContributeAsync(work.Upload, upload, token);
            _patiently.Answered();
            _state.ClearPending();
            return result with { Contributions = result.Contributions + 1, BytesUp = result.BytesUp + upload.Length, LastRound = work.Round };
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.Conflict or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            _state.ClearPending();
            _note($"round {work.Round} went on without this client: {e.Message}");
            return result;
        }
        catch (Exception e) when (Reconnecting.IsPassing(e) && !token.IsCancellationRequested)
        {
            // What the silo gave leads to itself; where another has the round now, the next check-in leads there. What is trained is kept.
            await _patiently.FailedAsync(e, token);
            return result;
        }
    }

    // What the client is worth at the end: after the federation's last word, and tuned on its own images.
    private async Task<JoinResult> EndAsync(FederatedClient client, JoinResult result, CancellationToken token)
    {
        var (bytes, _) = await InitialisationAsync(token);
        var known = client.EvaluateKnown(bytes, _state.Client.Before(int.MaxValue), RoundOf(int.MaxValue), token.ThrowIfCancellationRequested);
        return result with { AsLeft = known.AsLeft, Final = known.AfterDownload, Tuned = known.Tuned, BytesDown = result.BytesDown + (bytes?.Length ?? 0) };
    }

    private async Task<(byte[]? Bytes, int Round)> InitialisationAsync(CancellationToken token)
    {
        while (true)
            try
            {
                var offer = await _patiently.AskAsync(() => _http.InitialisationAsync(token), token);
                return (offer.Url is null ? null : await _http.DownloadAsync(offer.Url, offer.Bytes, token), offer.Round);
            }
            catch (ApiException e) when (e.Message.Contains("were announced", StringComparison.Ordinal))
            {
                // A round was closed in between: ask again.
            }
            catch (Exception e) when (Reconnecting.IsPassing(e) && !token.IsCancellationRequested)
            {
                await _patiently.FailedAsync(e, token);
            }
    }

    private async Task LeaveAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), _time);
            await _http.LeaveAsync(patience.Token);
            _note($"left {_settings.Federation}; 'join' with the same --name and --state-dir comes back.");
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or OperationCanceledException)
        {
            _note($"left without a word: {e.Message}");
        }
    }

    private ClientProfile Profile(FederatedTask task, FederatedClient client, DataSet data) => new()
    {
        Samples = data.Train.Count, Classes = task.Shape.Classes, Geometry = [data.Geometry.Channels, data.Geometry.Height, data.Geometry.Width], DataHash = data.Hash,
        Signature = task.Settings.Method == FederatedMethod.GeneFl && task.Settings.GeneFl.Cohorts > 1 ? client.Sign().ToBytes() : null,
    };

    private ulong RoundOf(int round) => RoundWork.SeedOf(1, round, (ulong)_settings.Name.Length);

    private static bool IsFolder(string path) => !Directory.EnumerateFiles(path).Any(f => f.Contains("idx", StringComparison.Ordinal) || f.EndsWith(".bin", StringComparison.Ordinal));
}
