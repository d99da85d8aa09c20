package io.scopeguard.bench.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Keeps a stream of server-sent events open for each of many users, over HTTP, and passes each end to the judges. */
final class Streams implements Runnable {

    private static final Duration BETWEEN_CHECKS = Duration.ofMillis(100);

    /** After a denial or an end. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String origin;
    private final Provider provider;
    private final Judge judge;
    private final StreamJudge ends;
    private final List<Place> places;
    private volatile boolean isStopping;

    Streams(String origin, Provider provider, Population population, Judge judge, StreamJudge ends) {
        this.origin = origin;
        this.provider = provider;
        this.judge = judge;
        this.ends = ends;
        this.places = population.streams().stream().map(Place::new).toList();
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                places.forEach(Place::check);
                Thread.sleep(BETWEEN_CHECKS.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on, streams end because the application stops. */
    void stop() {
        isStopping = true;
    }

    /** The stream of one request, which is opened again after each end. */
    private final class Place {

        private final Request request;
        private volatile @Nullable Stream stream;
        private volatile long notBefore;

        Place(Request request) {
            this.request = request;
        }

        void check() {
            Stream open = stream;
            long now = System.nanoTime();
            if (open != null) {
                open.check(now);
            } else if (now - notBefore >= 0) {
                open(now);
            }
        }

        private void open(long now) {
            Stream next = new Stream(request, now);
            stream = next;
            HttpRequest http = HttpRequest.newBuilder(URI.create(origin + request.path()))
                    .header("Authorization", "Bearer " + provider.token(request.entitlement()))
                    .build();
            client.sendAsync(http, next).whenComplete((response, failure) -> {
                if (!isStopping) {
                    next.over(response);
                }
                notBefore = System.nanoTime() + PAUSE;
                stream = null;
            });
        }
    }

    private final class Stream implements BodyHandler<String>, Flow.Subscriber<String> {

        private final Request request;
        private final long begun;
        private volatile boolean isOpen;
        private volatile boolean isReported;
        private volatile boolean hasLastEvent;

        Stream(Request request, long begun) {
            this.request = request;
            this.begun = begun;
        }

        void check(long now) {
            if (isOpen && !hasLastEvent && !isReported) {
                isReported = ends.isOverdue(request, now);
            }
        }

        void over(@Nullable HttpResponse<String> response) {
            long now = System.nanoTime();
            if (isOpen) {
                ends.ended(request, hasLastEvent, begun, now);
            } else {
                judge.judge(request, response == null ? 0 : response.statusCode(), problem(response), begun, now);
            }
        }

        private static String problem(@Nullable HttpResponse<String> response) {
            return response == null ? "" : Load.problem(response.body());
        }

        @Override
        public BodySubscriber<String> apply(HttpResponse.ResponseInfo info) {
            return info.statusCode() == 200
                    ? BodySubscribers.fromLineSubscriber(this, same -> "", UTF_8, null)
                    : BodySubscribers.ofString(UTF_8);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            judge.judge(request, 200, "", begun, System.nanoTime());
            ends.opened();
            isOpen = true;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.equals("event:scope-drift")) {
                hasLastEvent = true;
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
