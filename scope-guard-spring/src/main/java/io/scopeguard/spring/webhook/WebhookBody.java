package io.scopeguard.spring.webhook;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The body of one delivery, collected as it arrives and without blocking a thread in between. Ends exactly once: with the whole
 * body, at a limit, at the time limit of the asynchronous request, or with the connection. Thread-safe.
 */
final class WebhookBody implements ReadListener, AsyncListener {

    private static final int CHUNK = 16 * 1024;

    private final AsyncContext context;
    private final DeliveriesInFlight inFlight;
    private final Function<byte[], Receipt> whole;
    private final Consumer<Receipt> listener;
    private final Consumer<Outcome> answer;
    private final ServletInputStream input;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /** Held while the body is processed, which may do I/O. If the time limit expires meanwhile, it waits for the result. */
    private final Lock lock = new ReentrantLock();

    private boolean ended;

    /**
     * @param inFlight has admitted this delivery
     * @param whole processes the complete body
     * @param listener receives the outcome
     * @param answer responds with the outcome
     */
    WebhookBody(
            AsyncContext context,
            DeliveriesInFlight inFlight,
            Function<byte[], Receipt> whole,
            Consumer<Receipt> listener,
            Consumer<Outcome> answer)
            throws IOException {
        this.context = context;
        this.inFlight = inFlight;
        this.whole = whole;
        this.listener = listener;
        this.answer = answer;
        this.input = context.getRequest().getInputStream();
    }

    /**
     * Collects the bytes of a body as they arrive.
     *
     * @throws IOException if the body cannot be read: the container then calls {@code onError}, and completing the request any
     *     earlier would make Tomcat answer 500
     */
    @Override
    public void onDataAvailable() throws IOException {
        lock.lock();
        try {
            readAvailable();
        } finally {
            lock.unlock();
        }
    }

    private void readAvailable() throws IOException {
        byte[] chunk = new byte[CHUNK];
        while (!ended && input.isReady()) {
            int count = input.read(chunk);
            if (count < 0) {
                return;
            }
            add(chunk, count);
        }
    }

    private void add(byte[] chunk, int count) {
        if (received.size() + count > EventReceiver.MAX_BYTES) {
            endUnread(Outcome.TOO_LARGE);
        } else if (!inFlight.add(count)) {
            endUnread(Outcome.OVERLOADED);
        } else {
            received.write(chunk, 0, count);
        }
    }

    @Override
    public void onAllDataRead() {
        unlessEnded(() -> end(whole.apply(received.toByteArray())));
    }

    @Override
    public void onError(Throwable failure) {
        endUnread(Outcome.MALFORMED);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        endUnread(Outcome.TOO_SLOW);
    }

    @Override
    public void onError(AsyncEvent event) {
        endUnread(Outcome.MALFORMED);
    }

    /** If the connection is gone, the container may end the request without any of the other calls. */
    @Override
    public void onComplete(AsyncEvent event) {
        unlessEnded(() -> leave(Receipt.unread(Outcome.MALFORMED)));
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}

    private void endUnread(Outcome outcome) {
        unlessEnded(() -> {
            WebhookServlet.leaveBodyUnread(context);
            end(Receipt.unread(outcome));
        });
    }

    private void unlessEnded(Runnable last) {
        lock.lock();
        try {
            if (!ended) {
                last.run();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(Receipt receipt) {
        leave(receipt);
        answer.accept(receipt.outcome());
    }

    private void leave(Receipt receipt) {
        ended = true;
        inFlight.leave(received.size());
        listener.accept(receipt);
    }
}
