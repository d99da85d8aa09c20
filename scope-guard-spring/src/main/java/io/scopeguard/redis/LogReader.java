package io.scopeguard.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.stream.ByteRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;

/**
 * Reads streams on its own thread and connection, and waits for new entries. After an interruption it continues where it was. If
 * numbers are missing, it reports a gap.
 */
final class LogReader implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogReader.class);

    private static final int BATCH = 500;
    private static final long PAUSE_MILLIS = 200;
    private static final long UNKNOWN = -1;

    private final Supplier<RedisConnection> connections;
    private final SharedLog shared;
    private final String replica;
    private final long waitMillis;
    private final Reader reader;
    private final Thread thread;
    private final byte[] stream;
    private String position;
    private long number = UNKNOWN;
    private volatile boolean isClosed;
    private volatile boolean isRestarted;

    /** Receives entries, on the reader's thread. */
    interface Reader {

        /**
         * Another replica added an entry.
         *
         * @param addedAt when it was added, by the server's clock, in milliseconds since 1970
         */
        void read(byte[] value, long addedAt);

        /** Entries are missing. */
        void missed();
    }

    /**
     * @param position the entry after which to begin
     * @param waitMillis how long one command waits for entries
     */
    LogReader(
            Supplier<RedisConnection> connections,
            SharedLog shared,
            String replica,
            String position,
            long waitMillis,
            Reader reader) {
        this.connections = connections;
        this.shared = shared;
        this.stream = shared.stream();
        this.replica = replica;
        this.position = position;
        this.waitMillis = waitMillis;
        this.reader = reader;
        this.thread = new Thread(this::run, "scope-guard-changes");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Starts from the beginning, because the store has lost its records. */
    void restart() {
        isRestarted = true;
    }

    private void run() {
        while (!isClosed) {
            try (RedisConnection connection = connections.get()) {
                while (!isClosed) {
                    read(connection);
                }
            } catch (DataAccessException | IllegalStateException e) {
                log.debug("The stream of changes cannot be read", e);
                pause();
            } catch (RuntimeException | Error e) {
                if (!isClosed) {
                    log.error("The stream of changes cannot be read", e);
                }
                pause();
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void read(RedisConnection connection) {
        if (isRestarted) {
            isRestarted = false;
            position = "0-0";
            number = UNKNOWN;
        }
        List<ByteRecord> records = connection
                .streamCommands()
                .xRead(
                        StreamReadOptions.empty().count(BATCH).block(Duration.ofMillis(waitMillis)),
                        StreamOffset.create(stream, ReadOffset.from(position)));
        if (records != null) {
            records.forEach(this::take);
        }
    }

    /** An entry that cannot be taken is not read again, so it counts as missing. */
    private void take(ByteRecord entry) {
        position = entry.getId().getValue();
        try {
            read(entry);
        } catch (RuntimeException | Error e) {
            log.error("An entry of the stream {} could not be taken. It counts as missing.", shared.name(), e);
            reader.missed();
        }
    }

    private void read(ByteRecord entry) {
        Fields fields = Fields.of(entry.getValue());
        long next = fields.number;
        if (number != UNKNOWN && next != number + 1) {
            reader.missed();
        }
        number = next;
        byte[] value = fields.value == null ? null : shared.open(fields.value);
        if (value != null && !replica.equals(fields.writer)) {
            Long addedAt = entry.getId().getTimestamp();
            reader.read(value, addedAt == null ? 0 : addedAt);
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            isClosed = true;
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Fields(long number, @Nullable String writer, byte @Nullable [] value) {

        static Fields of(Map<byte[], byte[]> entry) {
            long number = UNKNOWN;
            String writer = null;
            byte[] value = null;
            for (Map.Entry<byte[], byte[]> field : entry.entrySet()) {
                switch (text(field.getKey())) {
                    case SharedLog.NUMBER -> number = number(text(field.getValue()));
                    case SharedLog.WRITER -> writer = text(field.getValue());
                    case SharedLog.VALUE -> value = field.getValue();
                    default -> {
                        // A later version may add fields.
                    }
                }
            }
            return new Fields(number, writer, value);
        }

        private static long number(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                return UNKNOWN;
            }
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
