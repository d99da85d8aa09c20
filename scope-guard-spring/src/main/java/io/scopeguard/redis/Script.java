package io.scopeguard.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A Lua script whose keys are in one slot. It is called by its digest, and sent as a whole if Redis does not know it. */
final class Script {

    /** The server's time in microseconds, and a way to write large numbers without losing digits. */
    private static final String PRELUDE = """
            local function str(x) return string.format('%.0f', x) end
            local time = redis.call('TIME')
            local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
            """;

    /**
     * Replaces the value with this digest, or returns the stored value: several replicas may write at the same time. Redis cannot
     * merge values, since they may be sealed. Arguments: the digest, the value, and its life in milliseconds or nothing.
     */
    static final Script REPLACE = new Script("""
            local known = redis.call('GET', KEYS[1]) or ''
            if redis.sha1hex(known) ~= ARGV[1] then
              return {known}
            end
            if ARGV[3] then
              redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            else
              redis.call('SET', KEYS[1], ARGV[2])
            end
            return {}
            """);

    private final byte[] text;
    private volatile String digest = "";

    Script(String text) {
        this.text = (PRELUDE + text).getBytes(StandardCharsets.UTF_8);
    }

    CompletionStage<List<Object>> run(
            RedisClusterAsyncCommands<byte[], byte[]> commands, List<byte[]> keys, byte[]... arguments) {
        byte[][] keyArray = keys.toArray(byte[][]::new);
        String known = digest;
        if (known.isEmpty()) {
            known = commands.digest(text);
            digest = known;
        }
        RedisFuture<List<Object>> first = commands.evalsha(known, ScriptOutputType.MULTI, keyArray, arguments);
        return first.handle((result, failure) -> failure)
                .thenCompose(failure -> failure instanceof RedisNoScriptException
                        ? commands.eval(text, ScriptOutputType.MULTI, keyArray, arguments)
                        : first);
    }

    static byte[] bytes(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long value) {
        return bytes(Long.toString(value));
    }

    static byte[] flag(boolean value) {
        return bytes(value ? "1" : "0");
    }
}
