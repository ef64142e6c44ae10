using Orleans.Storage;

namespace Learngene.Grains;

/// <summary>
/// A grain's record: the next value is computed, written, and only then shown. Changes take turns, each from what the last has left, so
/// that a timer and the end of some work may both change it; one that fails leaves the value as it was. Where the store holds another value
/// than this one was made from, another silo has taken the grain over: from then on nothing is written here any more.
/// </summary>
internal sealed class Durable<T>(IPersistentState<T> state) where T : class, new()
{
    private readonly SemaphoreSlim _turn = new(1); // awaited, never blocked on
    private T? _value;
    private Exception? _superseded;

    /// <summary>What is written.</summary>
    public T Value => _value ??= state.State ?? new();

    /// <summary>Takes the record out of the store; the value is then a new one.</summary>
    public async Task ClearAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_superseded is not null) throw _superseded;
            await state.ClearStateAsync();
            _value = new();
        }
        catch (InconsistentStateException e)
        {
            _superseded = e;
            throw;
        }
        finally
        {
            state.State = Value;
            _turn.Release();
        }
    }

    /// <summary>Writes what <paramref name="change"/> makes of the value; the same value is not written. Tells whether it was.</summary>
    public async Task<bool> ChangeAsync(Func<T, T> change)
    {
        await _turn.WaitAsync();
        try
        {
            if (_superseded is not null) throw _superseded;
            var next = change(Value);
            if (ReferenceEquals(next, Value)) return false;
            state.State = next;
            await state.WriteStateAsync();
            _value = next;
            return true;
        }
        catch (InconsistentStateException e)
        {
            _superseded = e;
            throw;
        }
        finally
        {
            state.State = Value;
            _turn.Release();
        }
    }
}
