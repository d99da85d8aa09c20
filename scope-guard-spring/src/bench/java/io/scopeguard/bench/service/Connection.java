package io.scopeguard.bench.service;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One keep-alive HTTP/1.1 connection: a request, its whole response, and then the next. Allocates nothing per request. */
final class Connection implements AutoCloseable {

    private static final byte[] CONTENT_LENGTH = ascii("content-length:");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked");
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] head;
    private final byte[] tail = ascii("\r\nAccept: application/json\r\n\r\n");
    private final byte[] request = new byte[70_000];
    private final byte[] buffer = new byte[16_384];
    private final byte[] line = new byte[8_192];
    private int position;
    private int limit;
    private int lineLength;

    /**
     * @param path the path of all requests
     */
    Connection(int port, String path) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        head = ascii("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer ");
    }

    /** Sends a request with this token, reads the response to its end, and returns its status. */
    int exchange(byte[] token) throws IOException {
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(token, 0, request, head.length, token.length);
        System.arraycopy(tail, 0, request, head.length + token.length, tail.length);
        out.write(request, 0, head.length + token.length + tail.length);
        readLine();
        int status = number(line, "HTTP/1.1 ".length(), lineLength, 10);
        readBody();
        return status;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void readBody() throws IOException {
        int length = 0;
        boolean chunked = false;
        for (readLine(); lineLength > 0; readLine()) {
            if (startsWith(CONTENT_LENGTH)) {
                length = number(line, CONTENT_LENGTH.length, lineLength, 10);
            } else if (startsWith(CHUNKED)) {
                chunked = true;
            }
        }
        if (chunked) {
            skipChunks();
        } else {
            skip(length);
        }
    }

    private void skipChunks() throws IOException {
        int length;
        do {
            readLine();
            length = number(line, 0, lineLength, 16);
            skip(length);
            readLine();
        } while (length > 0);
    }

    private void skip(int count) throws IOException {
        int left = count;
        while (left > 0) {
            if (position == limit) {
                fill();
            }
            int available = Math.min(left, limit - position);
            position += available;
            left -= available;
        }
    }

    private void readLine() throws IOException {
        lineLength = 0;
        for (byte b = read(); b != '\n'; b = read()) {
            if (b != '\r') {
                line[lineLength++] = b;
            }
        }
    }

    private byte read() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position++];
    }

    private void fill() throws IOException {
        limit = in.read(buffer);
        position = 0;
        if (limit <= 0) {
            throw new EOFException("the service has closed the connection");
        }
    }

    private boolean startsWith(byte[] lowerCase) {
        if (lineLength < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (Character.toLowerCase(line[i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /** Parses the number at this position, after spaces. */
    private static int number(byte[] text, int from, int to, int radix) {
        int start = from;
        while (start < to && text[start] == ' ') {
            start++;
        }
        int number = 0;
        for (int i = start; i < to; i++) {
            int digit = Character.digit(text[i], radix);
            if (digit < 0) {
                break;
            }
            number = number * radix + digit;
        }
        return number;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
